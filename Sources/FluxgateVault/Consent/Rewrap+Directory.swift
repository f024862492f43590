public import FluxgateConsent
internal import FluxgateRecording
public import FluxgateSeal

extension Rewrap {
  /// Puts one capsule for each epoch of a vault's folder. May be stopped anywhere and repeated.
  ///
  /// - Parameters:
  ///   - grant: the id of a grant that is in force at `now`; else nothing is sealed.
  ///   - secret: the patient's.
  public static func run(
    _ grant: ConsentID, in book: ConsentBook, at now: Int64, secret: PatientSecret,
    vault: DirectoryVault
  ) throws(VaultError) -> Report {
    guard var work = Rewrap(grant, in: book, at: now, secret: secret) else { return Report() }
    for name in try vault.list("rec/") where name.last == "recording" {
      let head = try trusted(name, in: vault, by: secret.publicKey)
      work.report.recordingCount += 1
      for epoch in try epochs(of: head, in: vault, for: [secret.publicKey, work.grantee]) {
        guard let made = try work.capsule(for: epoch) else { continue }
        try vault.put(.capsule(head.recording, made.name), made.bytes)
      }
    }
    return work.report
  }

  /// The recording's head, once its gateway is seen to be the one that the patient paired with.
  private static func trusted(
    _ name: ObjectName, in vault: DirectoryVault, by patient: PatientPublicKey
  ) throws(VaultError) -> HeadDocument {
    let file = try vault.get(name)
    let head = try checked(name) { () throws(ObjectFault) in try HeadDocument(file) }
    let pairing = ObjectName.pairing(head.recording)
    let bytes = try vault.get(pairing)
    _ = try checked(pairing) { () throws(ObjectFault) in
      try PairingDocument.read(bytes, of: head, by: patient)
    }
    return head
  }

  private static func epochs(
    of head: HeadDocument, in vault: DirectoryVault, for people: [PatientPublicKey]
  ) throws(VaultError) -> [Epoch] {
    var capsules: [UInt32: [(name: CapsuleFileName, bytes: [UInt8])]] = [:]
    for object in try vault.list(ObjectName.capsules(head.recording)) {
      guard let name = CapsuleFileName(object.last),
        people.contains(where: { name.isFor($0.keyFingerprint) })
      else { continue }
      let bytes = try vault.get(object, limit: Capsule.byteCountMax)
      capsules[name.epoch, default: []].append((name, bytes))
    }
    var epochs: [Epoch] = []
    for (number, listed) in capsules.sorted(by: { $0.key < $1.key }) {
      let name = ObjectName.span(head.recording, number)
      let span =
        try vault.byteCount(name) == nil
        ? nil : try vault.get(name, limit: EpochSpan.byteCountMax)
      epochs.append(Epoch(number: number, head: head, span: span, capsules: listed))
    }
    return epochs
  }
}
