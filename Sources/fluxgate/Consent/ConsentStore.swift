import ArgumentParser
import Fluxgate
import FluxgateConsent
import FluxgateLedger
import FluxgateSeal
import FluxgateVault

/// Where the consent records of one patient are kept: a vault's folder, or a vault's server.
struct ConsentStore {
  enum Place {
    case folder(DirectoryVault)
    case server(RemoteVault)
  }

  let place: Place
  /// The place as it was given.
  let name: String
  let patient: PatientPublicKey

  func book() throws(Fault) -> ConsentBook {
    switch place {
    case .folder(let vault):
      return try Self.faults { () throws(VaultError) in
        try VaultConsents.load(vault, patient: patient)
      }
    case .server(let server):
      let records = try AsyncWork.wait { () async throws(Fault) in
        do throws(RemoteError) { return try await server.consents() } catch { throw .remote(error) }
      }
      return ConsentBook(patient: patient, records: records.map { (bytes: $0, receivedAt: nil) })
    }
  }

  /// What lies among the records and does not count, in words.
  func refused(_ book: ConsentBook) throws(Fault) -> [String] {
    if book.refused.isEmpty { return [] }
    var names: [ObjectName] = []
    if case .folder(let vault) = place {
      names = try Self.faults { () throws(VaultError) in try VaultConsents.names(vault) }
    }
    return book.refused.map {
      (names.indices.contains($0.index) ? names[$0.index].text : "record \($0.index + 1)")
        + ": " + ConsentWords.text($0.error)
    }
  }

  /// Stores a record, once the book is seen to take it, and sees that it was entered.
  ///
  /// - Returns: the entry in the vault's ledger; nil for a folder, whose server enters it later.
  func put(
    _ consent: SignedConsent, checkedBy book: inout ConsentBook, _ receipts: ReceiptOptions
  ) throws(Fault) -> Entered? {
    do throws(ConsentError) { try book.add(consent.bytes) } catch { throw .consent(error) }
    switch place {
    case .folder(let vault):
      _ = try Self.faults { () throws(VaultError) in try VaultConsents.put(consent, in: vault) }
      return nil
    case .server(let server):
      let pinned = try receipts.pinned(at: name, of: patient)
      let entered = try AsyncWork.wait { () async throws(Fault) in
        try await Self.submit(consent, to: server, pinned)
      }
      try receipts.keep(entered, of: consent)
      return entered
    }
  }

  private static func submit(
    _ consent: SignedConsent, to server: RemoteVault, _ pinned: VerifierKey?
  ) async throws(Fault) -> Entered {
    let log: VerifierKey
    let receipt: ConsentReceipt
    do throws(RemoteError) {
      log = if let pinned { pinned } else { try await server.ledgerKey() }
      receipt = try await server.submit(consent: consent.bytes)
    } catch {
      throw .remote(error)
    }
    do { try receipt.verify(for: consent, log: log) } catch { throw .receipt(error) }
    return Entered(receipt: receipt, log: log, isFirstLook: pinned == nil)
  }

  /// Seals what is recorded already to the grantee of a grant that is in force.
  func rewrap(
    _ id: ConsentID, in book: ConsentBook, at now: Int64, by secret: PatientSecret
  ) throws(Fault) -> Rewrap.Report {
    switch place {
    case .folder(let vault):
      return try Self.faults { () throws(VaultError) in
        try Rewrap.run(id, in: book, at: now, secret: secret, vault: vault)
      }
    case .server(let server):
      return try AsyncWork.wait { () async throws(Fault) in
        do throws(RemoteError) {
          return try await Rewrap.run(id, in: book, at: now, secret: secret, server: server)
        } catch {
          throw .remote(error)
        }
      }
    }
  }

  private static func faults<Result>(
    _ body: () throws(VaultError) -> Result
  ) throws(Fault) -> Result {
    do throws(VaultError) { return try body() } catch { throw .vault(error) }
  }
}
