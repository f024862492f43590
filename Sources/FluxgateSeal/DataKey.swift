internal import CCrypto
internal import Glibc

/// A 32-byte data key in memory that is locked, kept out of core dumps and wiped.
///
/// One page of its own per key. Any thread may use it until `wipe`; whoever wipes sees to it that
/// nobody seals any more.
@safe public final class DataKey: Sendable {
  public static let byteCount = 32
  // SAFETY: mapped in init, unmapped in deinit; written in init, in `wipe` and by a sole owner.
  private nonisolated(unsafe) let page: UnsafeMutableRawPointer
  private static let pageSize = sysconf(Int32(_SC_PAGESIZE))

  /// A fresh random key.
  public convenience init() {
    self.init(zeroed: ())
    // SAFETY: the page holds more than 32 bytes.
    let status = unsafe RAND_bytes(
      page.assumingMemoryBound(to: UInt8.self), Int32(Self.byteCount))
    precondition(status == 1, "no randomness")
  }

  /// - Parameter bytes: 32 bytes; nil for any other length.
  public convenience init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.init(zeroed: ())
    // SAFETY: the array has 32 bytes, the page more.
    unsafe page.copyMemory(from: bytes, byteCount: Self.byteCount)
  }

  /// - Parameter bytes: 32 bytes, lent for the call.
  convenience init(copying bytes: UnsafeRawBufferPointer) {
    precondition(bytes.count == Self.byteCount)
    self.init(zeroed: ())
    guard let start = bytes.baseAddress else { return }
    // SAFETY: both hold 32 bytes.
    unsafe page.copyMemory(from: start, byteCount: Self.byteCount)
  }

  private init(zeroed: Void) {
    // SAFETY: an anonymous private page; MAP_FAILED is checked before use.
    let mapped = unsafe mmap(
      nil, Self.pageSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
      fatalError("no memory for a data key")
    }
    unsafe page = mapped
    // A user's limit on locked memory may be too small; the key is then still wiped and not dumped.
    _ = unsafe mlock(page, Self.pageSize)
    unsafe madvise(page, Self.pageSize, 16)  // MADV_DONTDUMP
  }

  deinit {
    wipe()
    // SAFETY: mapped in init with this size.
    unsafe munmap(page, Self.pageSize)
  }

  /// Overwrites the key with zeros.
  public func wipe() {
    // SAFETY: OPENSSL_cleanse writes 32 bytes of our page and is not optimised away.
    unsafe OPENSSL_cleanse(page, Self.byteCount)
  }

  /// Lends the key's bytes for the length of `body`.
  func withBytes<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
    // SAFETY: the page outlives the call; callees read 32 bytes.
    unsafe body(UnsafePointer(page.assumingMemoryBound(to: UInt8.self)))
  }

  /// Lends the key for rewriting, to the one owner of a key that nobody else holds.
  func withMutableBytes(_ body: (UnsafeMutablePointer<UInt8>) -> Void) {
    // SAFETY: as above; callees write within 32 bytes.
    unsafe body(page.assumingMemoryBound(to: UInt8.self))
  }

  /// A copy outside locked memory, for a file or a printed share that the owner asked for.
  public func copyBytes() -> [UInt8] {
    unsafe withBytes { pointer in
      unsafe [UInt8](UnsafeBufferPointer(start: pointer, count: Self.byteCount))
    }
  }
}
