internal import Glibc

/// The maker's four keys, as a user who has them names them in a file.
public struct LibreVendorKeys: Sendable, Equatable {
  public var authorizationEncryption: LibreKey
  public var authorizationMAC: LibreKey
  public var sessionEncryption: LibreKey
  public var sessionMAC: LibreKey

  private static let longestFile = 4096

  public init(
    authorizationEncryption: LibreKey, authorizationMAC: LibreKey, sessionEncryption: LibreKey,
    sessionMAC: LibreKey
  ) {
    self.authorizationEncryption = authorizationEncryption
    self.authorizationMAC = authorizationMAC
    self.sessionEncryption = sessionEncryption
    self.sessionMAC = sessionMAC
  }

  /// Four lines `name: 32 hexadecimal digits`, in any order; nil for anything else.
  public init?(text: String) {
    var found: [Substring: LibreKey] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, let key = LibreKey(parts[1].drop { $0 == " " }) else { return nil }
      found[parts[0]] = key
    }
    guard found.count == 4, let first = found["authorization-encryption"],
      let second = found["authorization-mac"], let third = found["session-encryption"],
      let fourth = found["session-mac"]
    else { return nil }
    self.init(
      authorizationEncryption: first, authorizationMAC: second, sessionEncryption: third,
      sessionMAC: fourth)
  }

  init?(file path: String) {
    // SAFETY: the path is read during the call only.
    let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { return nil }
    defer { close(number) }
    var bytes = [UInt8](repeating: 0, count: Self.longestFile)
    // SAFETY: the kernel writes at most the array's own count of bytes.
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe read(number, $0.baseAddress, $0.count)
    }
    guard count > 0, count < Self.longestFile else { return nil }
    self.init(text: String(decoding: bytes[0..<count], as: UTF8.self))
  }
}
