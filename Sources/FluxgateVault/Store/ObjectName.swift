public import FluxgateConsent
public import FluxgateSeal

/// The name of an object: one to eight parts of lower-case letters, digits, `.`, `-` and `_`.
///
/// | name | object |
/// | --- | --- |
/// | `seg/<sha256>` | a segment's file, named by its content |
/// | `log/<recording>/<8 digits>` | a manifest |
/// | `rec/<recording>/recording`, `rec/<recording>/pairing` | identity and pairing |
/// | `cap/<recording>/<file name>` | a capsule |
/// | `span/<recording>/<8 digits>` | when an epoch was recorded |
/// | `salt/<recording>` | the recording's salt |
/// | `proof/<recording>/<8 digits>` | the ledger's proof for a segment |
/// | `entry/<recording>/<8 digits>` | the ledger's entry, kept for the proof when the salt is erased |
/// | `tomb/<32 digits of its id>` | a tombstone of the patient |
/// | `trail/<entry>` | a record of the trail, sealed to the patient, by its entry in the ledger |
/// | `consent/<32 digits of its id>` | a grant, a denial or a revocation |
///
/// Capsules, spans and salts have places of their own, so that a store which keeps old versions can be told
/// not to keep those: erasure deletes them.
public struct ObjectName: Hashable, Sendable, Comparable, CustomStringConvertible {
  public static let byteCountMax = 512
  public let text: String

  public init(_ text: String) throws(VaultError) {
    guard Self.isValid(text) else { throw .invalidName(text) }
    self.text = text
  }

  private init(made text: String) { self.text = text }

  public static func segment(digest: [UInt8]) -> ObjectName {
    ObjectName(made: "seg/\(hexadecimal(digest))")
  }

  public static func manifest(_ recording: [UInt8], _ segment: UInt32) -> ObjectName {
    ObjectName(made: "\(manifests(recording))\(padded(segment))")
  }

  public static func proof(_ recording: [UInt8], _ segment: UInt32) -> ObjectName {
    ObjectName(made: "\(proofs(recording))\(padded(segment))")
  }

  public static func span(_ recording: [UInt8], _ epoch: UInt32) -> ObjectName {
    ObjectName(made: "\(spans(recording))\(padded(epoch))")
  }

  public static func head(_ recording: [UInt8]) -> ObjectName {
    ObjectName(made: "rec/\(hexadecimal(recording))/recording")
  }

  public static func pairing(_ recording: [UInt8]) -> ObjectName {
    ObjectName(made: "rec/\(hexadecimal(recording))/pairing")
  }

  public static func salt(_ recording: [UInt8]) -> ObjectName {
    ObjectName(made: "salt/\(hexadecimal(recording))")
  }

  /// - Parameter entry: 32 bytes, as the ledger holds them.
  static func trail(_ entry: [UInt8]) -> ObjectName {
    ObjectName(made: "trail/\(hexadecimal(entry))")
  }

  public static func consent(_ id: ConsentID) -> ObjectName {
    ObjectName(made: "\(VaultConsents.prefix)\(id.text)")
  }

  public static func tombstone(_ tombstone: Tombstone) -> ObjectName {
    ObjectName(made: "\(tombstones)\(tombstone.text)")
  }

  static func entry(_ recording: [UInt8], _ segment: UInt32) -> ObjectName {
    ObjectName(made: "\(entries(recording))\(padded(segment))")
  }

  static func capsule(_ recording: [UInt8], _ name: CapsuleFileName) -> ObjectName {
    ObjectName(made: "\(capsules(recording))\(name.text)")
  }

  /// What all names of a recording's manifests, proofs, spans or capsules begin with.
  static func manifests(_ recording: [UInt8]) -> String { "log/\(hexadecimal(recording))/" }
  static func proofs(_ recording: [UInt8]) -> String { "proof/\(hexadecimal(recording))/" }
  static func spans(_ recording: [UInt8]) -> String { "span/\(hexadecimal(recording))/" }
  static func capsules(_ recording: [UInt8]) -> String { "cap/\(hexadecimal(recording))/" }
  static func entries(_ recording: [UInt8]) -> String { "entry/\(hexadecimal(recording))/" }
  static let tombstones = "tomb/"

  public var description: String { text }

  /// What follows the last `/`.
  var last: Substring {
    text[(text.lastIndex(of: "/").map(text.index(after:)) ?? text.startIndex)...]
  }

  /// The folders above the object, from the outermost.
  var folders: [String] {
    text.indices.filter { text[$0] == "/" }.map { String(text[..<$0]) }
  }

  public static func < (left: ObjectName, right: ObjectName) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }

  static func isValid(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return text.utf8.count <= byteCountMax && parts.count <= 8 && parts.allSatisfy(isPart)
  }

  private static func isPart(_ part: Substring.UTF8View) -> Bool {
    guard let first = part.first, first != UInt8(ascii: "."), part.count <= 200 else {
      return false
    }
    return part.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
      case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
      default: false
      }
    }
  }
}
