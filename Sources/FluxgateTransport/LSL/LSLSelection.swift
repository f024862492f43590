/// Which stream of the network is meant, and how far to look for it.
public struct LSLSelection: Sendable, Hashable {
  public enum Scope: String, Sendable, CaseIterable {
    /// This computer only: nothing goes out on a network.
    case machine
    /// And the network segment: one broadcast and two groups that no router passes on.
    case link
    /// And the site's group.
    case site
  }

  public struct Term: Sendable, Hashable {
    public var key: String
    public var value: String
  }

  public static let keys = ["name", "type", "source_id", "hostname", "uid"]

  /// All must hold; none means any stream.
  public var terms: [Term] = []
  /// Ask this host only.
  public var host: String?
  public var sessionID = "default"
  public var scope = Scope.machine
  /// Hosts to be asked beside the scope.
  public var peers: [String] = []
  /// Address of the interface that queries leave by; the system's choice where nil.
  public var interface: String?

  public init() {}

  /// Reads `name=EEG,type=EEG@host`; every part may be left out.
  ///
  /// - Returns: nil for an unknown key, an empty value or one that no query can hold.
  public init?(_ text: String) {
    var query = Substring(text)
    if let at = text.lastIndex(of: "@") {
      query = text[..<at]
      host = String(text[text.index(after: at)...])
      if host?.isEmpty ?? true { return nil }
    }
    for part in query.split(separator: ",") {
      let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
      guard pair.count == 2, Self.keys.contains(pair[0]), pair[1].utf8.count <= 256,
        !(pair[1].contains("'") && pair[1].contains("\"")),
        !pair[1].utf8.contains(where: { $0 < 0x20 })
      else { return nil }
      terms.append(Term(key: pair[0], value: pair[1]))
    }
  }

  /// The XPath 1.0 expression that peers match with their descriptions.
  var query: String {
    let all = [Term(key: "session_id", value: sessionID)] + terms
    return all.map { "\($0.key)=" + Self.quoted($0.value) }.joined(separator: " and ")
  }

  /// XPath 1.0 knows no escapes: a text with one kind of quotes stands in the other.
  private static func quoted(_ text: String) -> String {
    text.contains("'") ? "\"\(text)\"" : "'\(text)'"
  }

  /// Peers may answer what they like: only what really fits is believed.
  func fits(_ info: LSLStreamInfo) -> Bool {
    info.sessionID == sessionID
      && terms.allSatisfy { term in
        switch term.key {
        case "name": info.name == term.value
        case "type": info.type == term.value
        case "source_id": info.sourceID == term.value
        case "hostname": info.hostname == term.value
        default: info.uid == term.value
        }
      }
  }
}
