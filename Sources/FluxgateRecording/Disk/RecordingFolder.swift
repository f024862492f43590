/// The names of a recording's files (``RecordingFormat``).
public struct RecordingFolder: Sendable, Hashable {
  public let path: String

  public init(_ path: String) { self.path = path }

  public var recording: String { path + "/recording" }
  public var pairing: String { path + "/pairing" }
  public var salt: String { path + "/salt" }
  public var capsules: String { path + "/capsules" }
  public var journals: String { path + "/journal" }
  public var segments: String { path + "/segments" }
  public var manifests: String { path + "/manifests" }
  public var proofs: String { path + "/proofs" }
  public var erasures: String { path + "/erasures" }
  public var spans: String { path + "/spans" }
  /// Only in what a vault released: says which part of a recording it is.
  public var partNote: String { path + "/part" }

  public func journal(_ segment: UInt32) -> String { "\(journals)/\(padded(segment)).fxj" }
  public func segment(_ segment: UInt32) -> String { "\(segments)/\(padded(segment)).h5" }
  public func manifest(_ segment: UInt32) -> String { "\(manifests)/\(padded(segment)).manifest" }
  public func proof(_ segment: UInt32) -> String { "\(proofs)/\(padded(segment)).tlog-proof" }
  /// The ledger's entry itself, kept for the proof when the salt is erased.
  public func entry(_ segment: UInt32) -> String { "\(proofs)/\(padded(segment)).entry" }

  public func span(_ epoch: UInt32) -> String { "\(spans)/\(padded(epoch)).span" }

  /// - Parameters:
  ///   - recipient: the digest of the recipient's key; its first 8 bytes are named.
  ///   - grant: the id of the grant that the keys come from; its first 4 bytes are named. Nil for
  ///     the patient's own capsule.
  public func capsule(epoch: UInt32, recipient: [UInt8], grant: [UInt8]? = nil) -> String {
    let suffix = grant.map { "-" + hexadecimal($0.prefix(4)) } ?? ""
    return "\(capsules)/\(padded(epoch))-\(hexadecimal(recipient.prefix(8)))\(suffix).capsule"
  }

  static let folders = ["capsules", "journal", "segments", "manifests", "proofs", "spans"]
  static let files = ["recording", "pairing", "salt", "part"]

  /// The numbers of the files in `folder` named `NNNNNNNN.suffix`, rising.
  static func numbers(in folder: String, suffix: String) throws(RecordingError) -> [UInt32] {
    guard Disk.exists(folder) else { return [] }
    return try Disk.list(folder).compactMap { number(of: $0, suffix: suffix) }.sorted()
  }

  static func number(of name: String, suffix: String) -> UInt32? {
    guard name.hasSuffix("." + suffix) else { return nil }
    let digits = name.dropLast(suffix.count + 1)
    guard let number = UInt32(digits), padded(number) == digits, number > 0 else { return nil }
    return number
  }
}

/// Decimal, at least eight digits, so that names sort as numbers do.
func padded(_ number: UInt32) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
}

func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
