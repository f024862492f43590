internal import Crypto
internal import Foundation

/// An Ed25519 signing key (RFC 8032). The seed stays inside swift-crypto's own storage.
public struct SigningKey: Sendable {
  private let key: Curve25519.Signing.PrivateKey

  public init() { key = Curve25519.Signing.PrivateKey() }

  /// - Parameter seed: 32 bytes. Nil for any other length.
  public init?(seed: [UInt8]) {
    guard let made = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else { return nil }
    key = made
  }

  init(seed: DataKey) {
    // SAFETY: the seed lends 32 bytes for the length of the call.
    let made = unsafe seed.withBytes { pointer in
      let bytes = unsafe UnsafeBufferPointer(start: pointer, count: DataKey.byteCount)
      return unsafe try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes)
    }
    guard let made else { fatalError("any 32 bytes are an Ed25519 seed") }
    key = made
  }

  public var seed: [UInt8] { [UInt8](key.rawRepresentation) }
  public var publicKey: VerifyingKey { VerifyingKey(key.publicKey) }

  /// A 64-byte signature over `message` as it stands: callers separate domains themselves.
  public func sign(_ message: [UInt8]) -> [UInt8] {
    guard let signature = try? key.signature(for: message) else {
      fatalError("Ed25519 signing has no failure for a valid key")
    }
    return [UInt8](signature)
  }
}

/// An Ed25519 public key: 32 bytes.
public struct VerifyingKey: Sendable, Hashable {
  public let bytes: [UInt8]

  public init?(bytes: [UInt8]) {
    guard (try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)) != nil else { return nil }
    self.bytes = bytes
  }

  /// The text form, for the command line: Base64 of the 32 bytes.
  public var text: String { Base64.encode(bytes) }

  /// Nil unless spelled exactly as `text` spells it.
  public init?(text: String) {
    guard let bytes = Base64.decode(text), bytes.count == 32 else { return nil }
    self.init(bytes: bytes)
  }

  fileprivate init(_ key: Curve25519.Signing.PublicKey) { bytes = [UInt8](key.rawRepresentation) }

  public func verifies(_ signature: [UInt8], over message: [UInt8]) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else {
      return false
    }
    return key.isValidSignature(signature, for: message)
  }
}
