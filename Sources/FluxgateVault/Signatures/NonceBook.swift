internal import FluxgateSeal
internal import Synchronization

/// Remembers the nonces of requests for as long as those could come again. Any thread.
///
/// Kept in a file too, so that a restart accepts no request twice: records of 24 bytes, the first 16
/// of SHA-256(keyid, 00, nonce) and the second of UTC, little-endian, after which the record is
/// worth nothing. A file that was cut in the middle of a record loses that record only.
public final class NonceBook: Sendable {
  private static let recordByteCount = 24

  private let path: String
  private let state: Mutex<State>

  private struct State {
    var expiries: [[UInt8]: Int64]
    /// Records in the file, those that are over too.
    var written: Int
  }

  /// - Parameter now: seconds of UTC since 1970.
  public init(path: String, now: Int64) throws(VaultError) {
    self.path = path
    let expiries = try Self.read(path).filter { $0.value > now }
    state = Mutex(State(expiries: expiries, written: expiries.count))
    try Self.rewrite(path, expiries)
  }

  /// Enters a nonce; false when it was there.
  func enter(
    keyID: String, nonce: String, until expiry: Int64, now: Int64
  ) throws(VaultError) -> Bool {
    let name = Self.name(keyID, nonce)
    let outcome = state.withLock { state -> Result<Bool, VaultError> in
      do throws(VaultError) {
        guard state.expiries[name] ?? .min <= now else { return .success(false) }
        state.expiries[name] = expiry
        try forget(&state, now)
        try append(name, expiry, &state)
        return .success(true)
      } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  /// Rewrites the file once most of it is over.
  private func forget(_ state: inout State, _ now: Int64) throws(VaultError) {
    guard state.written >= 4096 + 2 * state.expiries.count else {
      if state.expiries.count > 2 * 4096 { state.expiries = state.expiries.filter { $0.value > now } }
      return
    }
    state.expiries = state.expiries.filter { $0.value > now }
    try Self.rewrite(path, state.expiries)
    state.written = state.expiries.count
  }

  private func append(
    _ name: [UInt8], _ expiry: Int64, _ state: inout State
  ) throws(VaultError) {
    let file = try VaultFile.appending(path)
    try file.write(Self.record(name, expiry), at: try file.size() / 24 * 24)
    state.written += 1
  }

  private static func name(_ keyID: String, _ nonce: String) -> [UInt8] {
    Array(SHA256.digest(Array(keyID.utf8) + [0] + Array(nonce.utf8)).prefix(16))
  }
}
