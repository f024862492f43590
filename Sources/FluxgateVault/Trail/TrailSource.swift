internal import FluxgateConsent
public import FluxgateLedger

/// Where a trail is read from: a folder, or a server. Nothing that comes from it is believed.
///
/// Asked by one task at a time.
public struct TrailSource: Sendable {
  /// The log's signed checkpoint.
  public let checkpoint: @Sendable () async throws(TrailError) -> [UInt8]
  /// A tile of the log; nil when there is none of this width.
  public let tile: @Sendable (TileAddress) async throws(TrailError) -> [UInt8]?
  /// The sealed records of entries that begin at an index, by their index; what is not there is left
  /// out. At most 256 entries are asked for at a time.
  public let records:
    @Sendable (_ from: UInt64, _ entries: [[UInt8]]) async throws(TrailError) -> [UInt64: [UInt8]]
  /// Every consent of the vault, as its file.
  public let consents: @Sendable () async throws(TrailError) -> [[UInt8]]
  /// Every tombstone of the vault, as its file.
  public let tombstones: @Sendable () async throws(TrailError) -> [[UInt8]]

  public init(
    checkpoint: @escaping @Sendable () async throws(TrailError) -> [UInt8],
    tile: @escaping @Sendable (TileAddress) async throws(TrailError) -> [UInt8]?,
    records:
      @escaping @Sendable (
        _ from: UInt64, _ entries: [[UInt8]]
      ) async throws(TrailError) -> [UInt64: [UInt8]],
    consents: @escaping @Sendable () async throws(TrailError) -> [[UInt8]],
    tombstones: @escaping @Sendable () async throws(TrailError) -> [[UInt8]]
  ) {
    self.checkpoint = checkpoint
    self.tile = tile
    self.records = records
    self.consents = consents
    self.tombstones = tombstones
  }
}

/// Why a trail cannot be read at all. What it shows when it can be read is a ``TrailFinding``.
public enum TrailError: Error, Sendable {
  case vault(VaultError)
  /// There is no log in this folder.
  case noLedger(path: String)
  /// A server that cannot be reached or refuses; the text is the cause.
  case server(String)
}

extension TrailSource {
  /// The trail of a directory vault and of the log that its server keeps, which may be running.
  ///
  /// - Parameter ledger: the folder of the log, as ``VaultHome/ledgerFolder`` names it.
  public static func folder(_ vault: DirectoryVault, ledger: String) -> TrailSource {
    TrailSource(
      checkpoint: { () throws(TrailError) in
        guard let bytes = try read("\(ledger)/checkpoint") else { throw .noLedger(path: ledger) }
        return bytes
      },
      tile: { (address) throws(TrailError) in try read("\(ledger)/\(address.path)") },
      records: { (first, entries) throws(TrailError) in
        var found: [UInt64: [UInt8]] = [:]
        for (place, entry) in entries.enumerated() {
          found[first + UInt64(place)] = try record(entry, in: vault)
        }
        return found
      },
      consents: { () throws(TrailError) in try consents(in: vault) },
      tombstones: { () throws(TrailError) in
        do throws(VaultError) {
          return try VaultErasure.files(in: vault)
        } catch { throw .vault(error) }
      })
  }

  private static func read(_ path: String) throws(TrailError) -> [UInt8]? {
    do {
      return try HomeFile.read(path, limit: 1 << 26)
    } catch {
      throw .vault(error)
    }
  }

  private static func record(
    _ entry: [UInt8], in vault: DirectoryVault
  ) throws(TrailError) -> [UInt8]? {
    do throws(VaultError) {
      return try vault.get(.trail(entry), limit: SaltedRecord.sealedByteCountMax)
    } catch {
      switch error {
      // An object that is too long is no record either: it is found missing.
      case .noObject, .refused: return nil
      default: throw .vault(error)
      }
    }
  }

  private static func consents(in vault: DirectoryVault) throws(TrailError) -> [[UInt8]] {
    do throws(VaultError) {
      var found: [[UInt8]] = []
      for name in try VaultConsents.names(vault) {
        guard let consent = try VaultConsents.read(name, in: vault) else { continue }
        found.append(consent.bytes)
      }
      return found
    } catch {
      throw .vault(error)
    }
  }
}
