import ArgumentParser
import Fluxgate
import FluxgateConsent
import Foundation

/// Turns what is typed about consent into codes and windows.
enum ConsentScope {
  static func actions(_ text: String) throws(Fault) -> Set<ConsentAction> {
    try set(text, ConsentAction.init(rawValue:)) { word in
      let known = ConsentAction.allCases.map(\.rawValue).joined(separator: ",")
      return Fault(
        "G11", "\"\(word)\" is no action", remedy: "give one or more of \(known)",
        exit: .refused)
    }
  }

  static func action(_ text: String) throws(Fault) -> ConsentAction {
    let actions = try actions(text)
    guard actions.count == 1, let action = actions.first else {
      throw Fault(
        "G11", "\"\(text)\" is more than one action", remedy: "ask for one", exit: .refused)
    }
    return action
  }

  static func purposes(_ text: String) throws(Fault) -> Set<String> {
    try set(text) {
      PurposeOfUse.display[$0] == nil ? nil : $0
    } orElse: { word in
      Fault(
        "G12", "\"\(word)\" is no known purpose",
        remedy: "give codes of HL7 ActReason: "
          + PurposeOfUse.display.keys.sorted().joined(separator: ", "),
        exit: .refused)
    }
  }

  static func terms(_ words: [String]) throws(Fault) -> Set<String> {
    if words.isEmpty { return [] }
    return try set(words.joined(separator: ","), DataUseTerm.id) { word in
      Fault(
        "G13", "\"\(word)\" is no term of the Data Use Ontology",
        remedy: "give an id like DUO:0000042, or one of "
          + DataUseTerm.ids.keys.sorted().joined(separator: ", "),
        exit: .refused)
    }
  }

  static func identity(_ text: String) throws(Fault) -> IdentityLevel {
    if let level = IdentityLevel.allCases.first(where: { $0.name == text }) { return level }
    let known = IdentityLevel.allCases.map(\.name).joined(separator: ", ")
    throw Fault(
      "G14", "\"\(text)\" is no identity level", remedy: "give one of \(known)", exit: .refused)
  }

  static func id(_ text: String) throws(Fault) -> ConsentID {
    if let id = ConsentID(text: text) { return id }
    throw Fault(
      "G15", "\"\(text)\" is no grant's id",
      remedy: "give the 32 digits that `fluxgate consent list` shows", exit: .refused)
  }

  static func window(from: Instant?, until: Instant?) throws(Fault) -> TimeWindow {
    let window = TimeWindow(from: from?.seconds, until: until?.seconds)
    let ends = [window.from, window.until].compactMap { $0 }
    guard ends.allSatisfy({ 0...lastInstant ~= $0 }) else {
      throw Fault(
        "G16", "no record holds this time", remedy: "give a time from 1970 to 9999",
        exit: .refused)
    }
    guard window.isEmpty else { return window }
    throw Fault(
      "G17", "the window ends before it begins", remedy: "the end is the first instant outside",
      exit: .refused)
  }

  /// The end of the year 9999.
  static let lastInstant: Int64 = 253_402_300_799

  static var now: Int64 { Int64(Date().timeIntervalSince1970) }

  private static func set<Element: Hashable>(
    _ text: String, _ element: (String) -> Element?, orElse fault: (String) -> Fault
  ) throws(Fault) -> Set<Element> {
    var found: Set<Element> = []
    // An empty text is one empty word, which is no code.
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let one = element(String(word)) else { throw fault(String(word)) }
      found.insert(one)
    }
    return found
  }
}
