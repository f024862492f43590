internal import FluxgateConsent
internal import FluxgateLedger
internal import FluxgateRecording
public import FluxgateSeal
internal import Synchronization

extension VaultService {
  /// Takes a grant, a denial or a revocation in. The same record again changes nothing.
  public func submit(consent bytes: [UInt8]) throws(ServiceError) -> ConsentReceipt {
    let consent: SignedConsent
    do { consent = try SignedConsent(bytes) } catch { throw .of(error) }
    let (kept, record) = try serially { (state, now) throws(ServiceError) in
      try state.consents.add(consent, to: vault, enteringIn: trail, at: now)
    }
    do {
      return ConsentReceipt(
        consent: kept.id, record: record, index: kept.index,
        proof: try ledger.proof(of: kept.index).bytes)
    } catch {
      throw .ledger(error)
    }
  }

  /// Names under `consent/` that are no consents of this patient; whoever runs the server looks.
  public var unfitConsents: [String] {
    state.withLock { $0.consents.unfit.map(\.text).sorted() }
  }

  /// Takes keys in that the patient's machine sealed to a grantee, for data recorded before.
  ///
  /// - Parameters:
  ///   - recording: 16 bytes.
  ///   - name: the capsule's file name.
  ///   - sender: who has signed the request; the patient, or it is refused.
  public func add(
    capsule bytes: [UInt8], recording: [UInt8], name: String, by sender: KeyFingerprint
  ) throws(ServiceError) {
    guard sender == patient.keyFingerprint else { throw .notPermitted }
    let (object, capsule) = try checked(capsule: bytes, recording: recording, name: name)
    try serially { (state, now) throws(ServiceError) in
      if try isThere(object, bytes) { return }
      try refuseErased(capsule, state.erasures)
      var record = TrailRecord(.keysAdded, at: now, by: sender)
      record.consent = CapsuleFileName(object.last).flatMap(state.consents.grant)
      record.recording = recording
      record.categories = Set(capsule.entries.map(\.category))
      record.objects = SHA256.digest(bytes)
      _ = try trail.enter(record)
      _ = try onDisk { () throws(VaultError) in try vault.put(object, bytes) }
    }
  }

  private func checked(
    capsule bytes: [UInt8], recording: [UInt8], name: String
  ) throws(ServiceError) -> (ObjectName, Capsule) {
    guard let file = CapsuleFileName(name), recording.count == 16 else { throw .malformed("name") }
    guard bytes.count <= Capsule.byteCountMax, let capsule = try? Capsule.inspect(bytes) else {
      throw .malformed("capsule")
    }
    guard capsule.signer == patient.signing else { throw .notPermitted }
    do {
      let head = try HeadDocument(try vault.get(.head(recording)))
      try CapsuleDocument.check(bytes, named: file, of: head, patient: patient)
    } catch VaultError.noObject {
      throw .unknown
    } catch let error as VaultError {
      throw .of(error)
    } catch {
      throw .malformed("capsule")
    }
    return (.capsule(recording, file), capsule)
  }

  /// Keys of erased data do not come back.
  private func refuseErased(_ capsule: Capsule, _ shelf: ErasureShelf) throws(ServiceError) {
    let erasures = try onDisk { [vault] () throws(VaultError) in
      try shelf.all.erasures(of: capsule.recording, in: vault)
    }
    if let erasures, capsule.entries.contains(where: { erasures.covers($0.category, $0.epoch) }) {
      throw .vault(.erased(recording: hexadecimal(capsule.recording)))
    }
  }

  private func isThere(_ object: ObjectName, _ bytes: [UInt8]) throws(ServiceError) -> Bool {
    do throws(VaultError) {
      guard try vault.get(object) == bytes else { throw .conflict(object.text) }
      return true
    } catch {
      if case .noObject = error { return false }
      throw .of(error)
    }
  }
}
