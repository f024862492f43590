internal import Foundation

/// The first line of a key file.
enum KeyFileKind: String, CaseIterable {
  case patientSecret = "fluxgate-patient-secret-v1"
  case patient = "fluxgate-patient-v1"
  case gateway = "fluxgate-gateway-v1"
  case vault = "fluxgate-vault-v1"
  case witness = "fluxgate-witness-v1"
}

/// Writes a key file: the kind, lines of "name value", and a checksum over all lines before it.
struct KeyText {
  private(set) var text: String

  init(_ kind: KeyFileKind) { text = kind.rawValue + "\n" }

  mutating func add(_ name: String, _ value: String) { text += "\(name) \(value)\n" }

  mutating func add(_ name: String, _ bytes: [UInt8]) { add(name, Base64.encode(bytes)) }

  consuming func finished() -> String {
    text + "check \(Self.checksum(Array(text.utf8)))\n"
  }

  /// The first 8 bytes of SHA-256, in hexadecimal: against slips of pen and disk, not attackers.
  static func checksum(_ bytes: [UInt8]) -> String {
    Hexadecimal.encode(Array(SHA256.digest(bytes).prefix(8)))
  }
}

/// Base64 with padding (RFC 4648 section 4); one spelling for each byte string.
enum Base64 {
  static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

  static func decode(_ text: String) -> [UInt8]? {
    guard let data = Data(base64Encoded: text) else { return nil }
    let bytes = [UInt8](data)
    return encode(bytes).utf8.elementsEqual(text.utf8) ? bytes : nil
  }

  /// The same without padding, as age writes it.
  static func encodeUnpadded(_ bytes: [UInt8]) -> String {
    String(encode(bytes).prefix { $0 != "=" })
  }

  static func decodeUnpadded(_ text: String) -> [UInt8]? {
    guard !text.contains("=") else { return nil }
    let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    return decode(text + padding)
  }
}
