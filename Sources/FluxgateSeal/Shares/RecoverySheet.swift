/// A share on paper: the words, where they belong, and whose keys they must give back.
///
/// Text of 80 columns (a label of more than 67 characters goes beyond). What is beside the words is
/// for people and for the comparison of the fingerprint; the words alone are the share.
public struct RecoverySheet: Hashable, Sendable {
  public static let kind = "FLUXGATE RECOVERY SHEET 1"
  /// Of a file that is read as a sheet.
  static let byteCountMax = 1 << 14
  public let share: Share
  /// Of the key that the secret belongs to. Nil when only words were written down.
  public let fingerprint: KeyFingerprint?
  public let label: String?

  public init(_ share: Share, of key: PatientPublicKey) {
    self.share = share
    fingerprint = key.keyFingerprint
    label = key.name
  }

  /// - Parameters:
  ///   - memberCount: how many sheets the share's group has.
  ///   - date: the day it was made, for people.
  public func text(memberCount: Int, hasPassphrase: Bool, date: String) -> String {
    let set = share.set
    let fields = [
      ("label", label ?? ""), ("fingerprint", fingerprint?.text ?? ""), ("set", set.text),
      ("sheet", "\(share.member + 1) of \(memberCount) in group \(share.group + 1)"),
      ("needed", "\(share.memberThreshold) sheets of group \(share.group + 1)"),
      ("groups", "\(set.groupThreshold) needed of \(set.groupCount)"),
      ("passphrase", hasPassphrase ? "needed besides the words" : "none"), ("made", date),
    ]
    let lines = fields.map { name, value in
      name + String(repeating: " ", count: 13 - name.count) + value
    }
    return ([Self.kind, ""] + lines + [""] + table + [""] + Self.advice)
      .map { $0 + "\n" }.joined()
  }

  /// The words with their numbers, in columns that are read downwards.
  private var table: [String] {
    let words = share.words
    let rows = (words.count + 2) / 3
    return (0..<rows).map { row in
      stride(from: row, to: words.count, by: rows).map { place in
        let number = String(place + 1)
        let entry = String(repeating: " ", count: 4 - number.count) + number + " " + words[place]
        return entry + String(repeating: " ", count: max(0, 16 - entry.count))
      }.joined().trimmingEnd()
    }
  }

  private static let advice = [
    "Keep this sheet from others and from fire. Who has as many sheets as are",
    "needed has the secret: everything that was recorded for its key.",
    "`fluxgate keys recover` takes files with these lines, or with the words alone.",
  ]
}

extension RecoverySheet {
  /// A sheet as `text` writes it, or the words alone in their order.
  public init(text: String) throws(RecoverySheetError) {
    guard text.utf8.count <= Self.byteCountMax else { throw .tooLong }
    let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingEnd() }
    let isSheet = lines.first == Self.kind
    let fields = isSheet ? Self.fields(lines) : [:]
    label = fields["label"]
    fingerprint = fields["fingerprint"].flatMap(KeyFingerprint.init(text:))
    if isSheet, fingerprint == nil { throw .fingerprint }
    let words = try isSheet ? Self.numbered(lines) : Self.words(text)
    do throws(ShareError) { share = try Share(words: words) } catch { throw .share(error) }
  }

  private static func fields(_ lines: [String]) -> [String: String] {
    let pairs = lines.compactMap { line -> (String, String)? in
      guard let name = ["label", "fingerprint"].first(where: { line.hasPrefix($0 + " ") }) else {
        return nil
      }
      return (name, String(line.dropFirst(name.count).drop { $0 == " " }))
    }
    return Dictionary(pairs) { first, _ in first }
  }

  private static func words(_ text: String) -> [String] {
    text.split(whereSeparator: \.isWhitespace).map(String.init)
  }

  /// The words of the lines that begin with a number, each behind its own number.
  private static func numbered(_ lines: [String]) throws(RecoverySheetError) -> [String] {
    let tokens = lines.map(words).filter { Int($0.first ?? "") != nil }.flatMap(\.self)
    var found: [Int: String] = [:]
    for place in stride(from: 0, to: tokens.count - 1, by: 2) {
      guard let number = Int(tokens[place]), found[number] == nil else { throw .numbers }
      found[number] = tokens[place + 1]
    }
    let sorted = found.sorted { $0.key < $1.key }
    guard tokens.count == 2 * found.count, sorted.map(\.key) == Array(1...max(1, found.count))
    else { throw .numbers }
    return sorted.map(\.value)
  }
}

/// Why a text is no recovery sheet. No word of it is told.
public enum RecoverySheetError: Error, Hashable, Sendable, CustomStringConvertible {
  case share(ShareError)
  /// 16 KiB are more than a sheet has.
  case tooLong
  /// The words are not numbered from 1 without a gap.
  case numbers
  case fingerprint

  public var description: String {
    switch self {
    case .share(let error): error.description
    case .tooLong: "it is too long for a sheet"
    case .numbers: "the words are not numbered from 1 without a gap"
    case .fingerprint: "its fingerprint is missing or not spelled like one"
    }
  }
}

extension StringProtocol {
  fileprivate func trimmingEnd() -> String {
    String(reversed().drop(while: \.isWhitespace).reversed())
  }
}
