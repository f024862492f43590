internal import FluxgateConsent
public import FluxgateLedger

extension RemoteVault {
  /// Hands in a signed grant, denial or revocation.
  public func submit(consent: [UInt8]) async throws(RemoteError) -> ConsentReceipt {
    let answer = try await ask("POST", "/v1/consents", body: consent)
    return try read { () throws(ServiceError) in try ConsentReceipt(encoded: answer) }
  }

  /// The signed consents that concern this key's holder; all of them for the patient.
  public func consents() async throws(RemoteError) -> [[UInt8]] {
    let answer = try await ask("GET", "/v1/consents", limit: 1 << 26)
    return try read { () throws(ServiceError) in try ConsentListMessage.read(answer) }
  }

  /// The tombstones that lie in the vault, as their files; the patient only.
  public func tombstones() async throws(RemoteError) -> [[UInt8]] {
    let answer = try await ask("GET", "/v1/erasures", limit: 1 << 26)
    return try read { () throws(ServiceError) in try TombstoneListMessage.read(answer) }
  }

  /// Asks for data. The decision is in the ledger when this returns, and when it is refused.
  public func release(_ request: ReleaseRequest) async throws(RemoteError) -> Release {
    let answer = try await ask("POST", "/v1/releases", body: request.encoded, limit: 1 << 26)
    return try read { () throws(ServiceError) in try Release(encoded: answer) }
  }

  /// Hands in keys of data that was recorded before a grant; the patient's machine only.
  ///
  /// - Parameters:
  ///   - recording: 16 bytes.
  ///   - name: the capsule's file name.
  public func add(
    capsule: [UInt8], recording: [UInt8], name: String
  ) async throws(RemoteError) {
    _ = try await ask("PUT", "/v1/capsules/\(hexadecimal(recording))/\(name)", body: capsule)
  }

  /// Sealed records of the trail from an index on; the patient only.
  public func trail(from index: UInt64) async throws(RemoteError) -> TrailPage {
    let answer = try await ask("GET", "/v1/trail", query: "from=\(index)")
    return try read { () throws(ServiceError) in try TrailPage(encoded: answer) }
  }

  /// The log's last signed checkpoint. Nothing that comes from the server is believed: check it.
  public func checkpoint() async throws(RemoteError) -> [UInt8] {
    guard let note = try await open("/v1/ledger/checkpoint", limit: 1 << 16) else {
      throw .status(404, "checkpoint")
    }
    return note
  }

  /// A tile of the log; nil when there is none of this width.
  public func tile(_ address: TileAddress) async throws(RemoteError) -> [UInt8]? {
    try await open("/v1/ledger/\(address.path)", limit: 1 << 25)
  }

  /// The log's verifier key, as the server says.
  public func ledgerKey() async throws(RemoteError) -> VerifierKey {
    let line = try await open("/v1/ledger/key", limit: 1 << 12) ?? []
    let text = String(decoding: line, as: UTF8.self)
    guard text.hasSuffix("\n"), let key = try? VerifierKey(String(text.dropLast())) else {
      throw .malformed("the log's key")
    }
    return key
  }

  private func read<Value>(
    _ body: () throws(ServiceError) -> Value
  ) throws(RemoteError) -> Value {
    do {
      return try body()
    } catch {
      if case .malformed(let part) = error { throw .malformed(part) }
      throw .malformed("\(error)")
    }
  }
}

extension TrailSource {
  /// The trail of a vault behind a server, read with the patient's key.
  public static func remote(_ vault: RemoteVault) -> TrailSource {
    TrailSource(
      checkpoint: { () async throws(TrailError) in
        try await asked { () async throws(RemoteError) in try await vault.checkpoint() }
      },
      tile: { (address) async throws(TrailError) in
        try await asked { () async throws(RemoteError) in try await vault.tile(address) }
      },
      records: { (first, entries) async throws(TrailError) in
        try await asked { () async throws(RemoteError) in
          try await records(vault, from: first, count: entries.count)
        }
      },
      consents: { () async throws(TrailError) in
        try await asked { () async throws(RemoteError) in try await vault.consents() }
      },
      tombstones: { () async throws(TrailError) in
        try await asked { () async throws(RemoteError) in try await vault.tombstones() }
      })
  }

  /// Pages end where the server says; a page without anything new means that the rest is missing.
  private static func records(
    _ vault: RemoteVault, from first: UInt64, count: Int
  ) async throws(RemoteError) -> [UInt64: [UInt8]] {
    let end = first + UInt64(count)
    var found: [UInt64: [UInt8]] = [:]
    var next = first
    while next < end {
      let page = try await vault.trail(from: next)
      for (index, sealed) in page.records where index < end { found[index] = sealed }
      let covered = next + UInt64(TrailPage.countMax)
      next = max(covered, (page.records.last?.index ?? 0) + 1)
    }
    return found
  }

  private static func asked<Value>(
    _ ask: () async throws(RemoteError) -> Value
  ) async throws(TrailError) -> Value {
    do { return try await ask() } catch { throw .server("\(error)") }
  }
}
