import ArgumentParser
import Fluxgate
import FluxgateConsent
import FluxgateSeal
import FluxgateVault

/// Where the consent records of one patient are kept.
struct ConsentStore {
  let vault: DirectoryVault
  let patient: PatientPublicKey

  init(_ path: String, patient: PatientPublicKey) throws(Fault) {
    self.patient = patient
    vault = try Self.faults { () throws(VaultError) in try DirectoryVault(path) }
  }

  func book() throws(Fault) -> ConsentBook {
    try Self.faults { () throws(VaultError) in
      try VaultConsents.load(vault, patient: patient)
    }
  }

  /// What lies among the records and does not count, in words.
  func refused(_ book: ConsentBook) throws(Fault) -> [String] {
    if book.refused.isEmpty { return [] }
    let names = try Self.faults { () throws(VaultError) in try VaultConsents.names(vault) }
    return book.refused.map {
      (names.indices.contains($0.index) ? names[$0.index].text : "a record")
        + ": " + ConsentWords.text($0.error)
    }
  }

  /// Stores a record, once the book is seen to take it.
  func put(_ consent: SignedConsent, checkedBy book: inout ConsentBook) throws(Fault) {
    do throws(ConsentError) { try book.add(consent.bytes) } catch { throw .consent(error) }
    _ = try Self.faults { () throws(VaultError) in try VaultConsents.put(consent, in: vault) }
  }

  /// Seals what is recorded already to the grantee of a grant that is in force.
  func rewrap(
    _ id: ConsentID, in book: ConsentBook, at now: Int64, by secret: PatientSecret
  ) throws(Fault) -> Rewrap.Report {
    try Self.faults { () throws(VaultError) in
      try Rewrap.run(id, in: book, at: now, secret: secret, vault: vault)
    }
  }

  private static func faults<Result>(
    _ body: () throws(VaultError) -> Result
  ) throws(Fault) -> Result {
    do throws(VaultError) { return try body() } catch { throw .vault(error) }
  }
}

/// Where and whose, for commands that only look.
struct ConsentPlaceOptions: ParsableArguments {
  @Option(help: "The vault's folder.")
  var vault: String
  @Option(help: "The patient's public key.")
  var patient: String

  func store() throws(Fault) -> ConsentStore {
    try ConsentStore(vault, patient: try KeyFiles.patient(patient))
  }
}
