/// Binds a data key to its place. AES-GCM does not: one chunk can open to different data under two
/// keys, so the manifest and the capsule name the key that was meant.
public enum KeyCommitment {
  public static let byteCount = 16
  private static let domain = Array("fluxgate/v1/commit".utf8)

  /// The first 16 bytes of HMAC-SHA256(key, "fluxgate/v1/commit", recording, category u16, epoch
  /// u32), numbers little-endian.
  ///
  /// - Parameter recording: 16 bytes.
  public static func of(
    _ key: DataKey, recording: [UInt8], category: UInt16, epoch: UInt32
  ) -> [UInt8] {
    precondition(recording.count == 16)
    var message = domain + recording
    SealedHeader.put(UInt64(category), 2, &message)
    SealedHeader.put(UInt64(epoch), 4, &message)
    return Array(KeyDerivation.code(message, key: key).prefix(byteCount))
  }
}
