/// Whom a log asks to cosign, and how many of them it takes.
///
/// As text: a line `quorum <k>`, then a line for each witness with its verifier key, a space and the
/// address before `/add-checkpoint`. Empty lines and lines that begin with `#` mean nothing.
public struct WitnessPolicy: Hashable, Sendable {
  public struct Member: Hashable, Sendable {
    public let key: VerifierKey
    public let url: String

    /// Nil for a key that makes no cosignatures or an address that is not `http://` or `https://`.
    public init?(key: VerifierKey, url: String) {
      let isWeb = url.hasPrefix("http://") || url.hasPrefix("https://")
      guard key.type == .cosignature, isWeb, !url.contains(where: \.isWhitespace) else {
        return nil
      }
      self.key = key
      self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
    }
  }

  /// Why a policy is refused.
  public enum Failure: Error, Hashable, Sendable {
    /// Counted from 1.
    case malformedLine(Int)
    /// Not a number from 1 to the number of witnesses.
    case quorum(Int, of: Int)
    /// One party counts once: its key is there twice.
    case repeated(VerifierKey)
  }

  public let quorum: Int
  public let members: [Member]

  public init(quorum: Int, members: [Member]) throws(Failure) {
    for (place, member) in members.enumerated() {
      guard !members[..<place].contains(where: { $0.key.key == member.key.key }) else {
        throw .repeated(member.key)
      }
    }
    guard 1...max(1, members.count) ~= quorum, !members.isEmpty else {
      throw .quorum(quorum, of: members.count)
    }
    self.quorum = quorum
    self.members = members
  }

  public init(_ text: String) throws(Failure) {
    var quorum: Int?
    var members: [Member] = []
    for (place, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    where !line.isEmpty && !line.hasPrefix("#") {
      let words = line.split(separator: " ", omittingEmptySubsequences: false)
      if quorum == nil, words.count == 2, words[0] == "quorum",
        let number = NoteText.number(words[1]), number <= UInt64(Int32.max)
      {
        quorum = Int(number)
      } else if quorum != nil, words.count == 2, let key = try? VerifierKey(String(words[0])),
        let member = Member(key: key, url: String(words[1]))
      {
        members.append(member)
      } else {
        throw .malformedLine(place + 1)
      }
    }
    try self.init(quorum: quorum ?? 0, members: members)
  }

  public var text: String {
    (["quorum \(quorum)"] + members.map { "\($0.key.text) \($0.url)" }).map { $0 + "\n" }.joined()
  }

  /// The same without addresses: for whoever checks.
  public var trusted: WitnessQuorum { WitnessQuorum(needed: quorum, keys: members.map(\.key)) }
}
