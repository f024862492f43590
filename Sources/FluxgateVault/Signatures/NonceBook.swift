internal import FluxgateSeal
internal import Synchronization

/// Remembers the nonces of requests for as long as those could come again. Any thread.
///
/// Kept in a file too, so that a restart accepts no request twice: records of 24 bytes, the first 16
/// of SHA-256(keyid, 00, nonce) and the second of UTC, little-endian, after which the record is
/// worth nothing. A file that was cut in the middle of a record loses that record only.
public final class NonceBook: Sendable {
  private let path: String
  private let state: Mutex<State>

  private struct State: ~Copyable {
    var expiries: [[UInt8]: Int64]
    var file: VaultFile
    /// Records in the file, those that are over too.
    var written: Int
  }

  /// - Parameter now: seconds of UTC since 1970.
  public init(path: String, now: Int64) throws(VaultError) {
    self.path = path
    let expiries = try NonceFile.read(path).filter { $0.value > now }
    let file = try NonceFile.write(expiries, to: path)
    state = Mutex(State(expiries: expiries, file: file, written: expiries.count))
  }

  /// Enters a nonce; false when it was there.
  ///
  /// - Parameter expiry: the first second at which the request is too old to be accepted.
  func enter(
    keyID: String, nonce: String, until expiry: Int64, now: Int64
  ) throws(VaultError) -> Bool {
    let name = Array(SHA256.digest(Array(keyID.utf8) + [0] + Array(nonce.utf8)).prefix(16))
    return try state.withLock { (state) throws(VaultError) -> Bool in
      guard state.expiries[name] ?? .min <= now else { return false }
      if state.written >= 8192 + 2 * state.expiries.count { try forget(&state, now) }
      try state.file.write(
        NonceFile.record(name, expiry), at: UInt64(state.written * NonceFile.recordByteCount))
      state.written += 1
      state.expiries[name] = expiry
      if state.expiries.count % 4096 == 0 { try forget(&state, now) }
      return true
    }
  }

  private func forget(_ state: inout State, _ now: Int64) throws(VaultError) {
    state.expiries = state.expiries.filter { $0.value > now }
    state.file = try NonceFile.write(state.expiries, to: path)
    state.written = state.expiries.count
  }
}

/// The nonces' file.
private enum NonceFile {
  static let recordByteCount = 24

  static func record(_ name: [UInt8], _ expiry: Int64) -> [UInt8] {
    name + (0..<8).map { UInt8(truncatingIfNeeded: expiry >> (8 * $0)) }
  }

  static func read(_ path: String) throws(VaultError) -> [[UInt8]: Int64] {
    guard let file = try VaultFile.reading(path) else { return [:] }
    let bytes = try file.read(Int(try file.size()), at: 0)
    var found: [[UInt8]: Int64] = [:]
    for start in stride(from: 0, to: bytes.count - recordByteCount + 1, by: recordByteCount) {
      let expiry = (0..<8).reduce(Int64(0)) { $0 | Int64(bytes[start + 16 + $1]) << (8 * $1) }
      found[Array(bytes[start..<start + 16])] = expiry
    }
    return found
  }

  /// The file anew, open for further records. Not synced: what a power failure takes is a few seconds
  /// of nonces, and a killed process loses none.
  static func write(
    _ expiries: [[UInt8]: Int64], to path: String
  ) throws(VaultError) -> VaultFile {
    let file = try VaultFile.overwriting("\(path).part")
    try file.write(expiries.flatMap { record($0.key, $0.value) }, at: 0)
    try Folders.rename(file.path, to: path)
    return file
  }
}
