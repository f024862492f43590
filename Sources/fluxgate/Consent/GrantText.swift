import Fluxgate
import FluxgateConsent
import FluxgateSeal
import FluxgateSignal

/// A grant as the person reads it, before signing and after. Its digest is the record's
/// `terms-digest` where no other text was named.
struct GrantText {
  let grant: ConsentGrant

  /// Lines of at most 80 columns; the same for the same grant, whatever was decided since.
  var lines: [String] {
    var lines = [title]
    add("fingerprint", grant.grantee.fingerprint, to: &lines)
    add("data", categories, to: &lines)
    add("measured", Self.words(grant.data, always: "at any time"), to: &lines)
    add("may", grant.actions.map(\.rawValue).sorted().joined(separator: ", "), to: &lines)
    add("purpose", purposes, to: &lines)
    if !grant.terms.isEmpty { add("terms", terms, to: &lines) }
    add("identity", identity, to: &lines)
    add("valid", Self.words(grant.valid, always: ""), to: &lines)
    add("pass on", delegation, to: &lines)
    return lines
  }

  var bytes: [UInt8] { Array(lines.joined(separator: "\n").utf8) }

  private var title: String {
    let verb = grant.effect == .permit ? "Permits" : "Forbids"
    return "\(verb) \(grant.grantee.name)"
  }

  private var categories: String { Self.names(grant.categories) }

  private var purposes: String {
    grant.purposes.sorted().map { code in
      PurposeOfUse.display[code].map { "\(code) (\($0))" } ?? code
    }.joined(separator: ", ")
  }

  private var terms: String {
    grant.terms.sorted().map { id in
      DataUseTerm.shorthand(of: id).map { "\(id) (\($0))" } ?? id
    }.joined(separator: ", ")
  }

  private var identity: String {
    grant.effect == .permit
      ? "\(grant.identity.name) at most" : "\(grant.identity.name) and above"
  }

  private var delegation: String {
    guard let delegation = grant.delegation else { return "not allowed" }
    let steps = delegation.depth == 1 ? "once" : "\(delegation.depth) steps"
    return "\(steps): \(Self.names(delegation.categories))"
  }

  private func add(_ label: String, _ text: String, to lines: inout [String]) {
    lines += LabelledText.lines("  \(label)", text, width: 15)
  }

  static func names(_ categories: Set<UInt16>) -> String {
    categories.sorted().map { Category(rawValue: $0)?.name ?? "category \($0)" }
      .joined(separator: ", ")
  }

  static func words(_ window: TimeWindow, always: String) -> String {
    switch (window.from, window.until) {
    case (nil, nil): always
    case (let from?, nil): "from \(Instant.text(from))"
    case (nil, let until?): "until \(Instant.text(until))"
    case (let from?, let until?): "from \(Instant.text(from)) until \(Instant.text(until))"
    }
  }
}
