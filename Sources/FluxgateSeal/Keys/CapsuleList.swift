internal import CCrypto

/// A capsule's plaintext: deterministic CBOR, a list of [category, epoch, key].
///
/// Written and read by hand, so that keys go between locked memory and one buffer that is wiped.
enum CapsuleList {
  /// Calls `body` with the list and wipes it after.
  static func withEncoded<Result>(
    _ keys: [CapsuleKey], _ body: ([UInt8]) -> Result
  ) -> Result {
    var list = head(keys.count)
    // No reallocation may leave a copy behind.
    list.reserveCapacity(list.count + keys.count * (1 + 3 + 5 + 2 + DataKey.byteCount))
    for key in keys {
      list += prefix(category: key.category, epoch: key.epoch)
      // SAFETY: the key lends 32 bytes for the call.
      unsafe key.key.withBytes { pointer in
        unsafe list.append(
          contentsOf: UnsafeBufferPointer(start: pointer, count: DataKey.byteCount))
      }
    }
    // SAFETY: wipes exactly the list's own bytes.
    defer {
      unsafe list.withUnsafeMutableBytes { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
    }
    return body(list)
  }

  /// The keys of a list that must hold exactly `entries`; nil for any other bytes.
  static func decode(
    _ list: UnsafeRawBufferPointer, expecting entries: [CapsuleEntry]
  ) -> [CapsuleKey]? {
    var offset = 0
    guard unsafe skip(head(entries.count), in: list, at: &offset) else { return nil }
    var keys: [CapsuleKey] = []
    for entry in entries {
      let prefix = prefix(category: entry.category, epoch: entry.epoch)
      guard unsafe skip(prefix, in: list, at: &offset),
        list.count - offset >= DataKey.byteCount
      else { return nil }
      // SAFETY: the range was just seen to lie within the list.
      let key = unsafe DataKey(
        copying: UnsafeRawBufferPointer(rebasing: list[offset..<offset + DataKey.byteCount]))
      keys.append(CapsuleKey(category: entry.category, epoch: entry.epoch, key: key))
      offset += DataKey.byteCount
    }
    return offset == list.count ? keys : nil
  }

  private static func skip(
    _ expected: [UInt8], in list: UnsafeRawBufferPointer, at offset: inout Int
  ) -> Bool {
    // SAFETY: `dropFirst` and `starts` stay within the list.
    guard unsafe list.dropFirst(offset).starts(with: expected) else { return false }
    offset += expected.count
    return true
  }

  private static func head(_ count: Int) -> [UInt8] { CBOR.head(4, UInt64(count)) }

  private static func prefix(category: UInt16, epoch: UInt32) -> [UInt8] {
    CBOR.head(4, 3) + CBOR.head(0, UInt64(category)) + CBOR.head(0, UInt64(epoch))
      + CBOR.head(2, UInt64(DataKey.byteCount))
  }
}
