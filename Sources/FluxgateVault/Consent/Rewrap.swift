public import FluxgateConsent
internal import FluxgateRecording
public import FluxgateSeal

/// Seals the keys of what is recorded already to somebody who was granted it since.
///
/// The patient's machine does it: it opens the patient's own capsules and seals to the grantee the
/// keys of granted categories, for epochs whose span lies in the window of data. Nothing of an epoch
/// without a span is sealed, and no chunk is touched.
public struct Rewrap {
  public struct Report: Hashable, Sendable {
    public fileprivate(set) var recordingCount = 0
    public fileprivate(set) var capsuleCount = 0
    public fileprivate(set) var keyCount = 0
    /// Epochs that hold nothing for the grantee, by category, window or a missing span.
    public fileprivate(set) var outsideCount = 0
    /// Epochs whose keys the grantee has.
    public fileprivate(set) var alreadyThereCount = 0
    /// Epochs without a capsule for the patient: erased, or not yet in the vault.
    public fileprivate(set) var lockedCount = 0
  }

  private let pieces: [LiveGrant]
  private let grantee: PatientPublicKey
  private let secret: PatientSecret
  private let vault: DirectoryVault
  private var report = Report()

  /// Puts one capsule for each epoch. May be stopped anywhere and repeated.
  ///
  /// - Parameters:
  ///   - grant: the id of a grant that is in force at `now`; else nothing is sealed.
  ///   - secret: the patient's.
  public static func run(
    _ grant: ConsentID, in book: ConsentBook, at now: Int64, secret: PatientSecret,
    vault: DirectoryVault
  ) throws(VaultError) -> Report {
    let pieces = book.live(at: now).filter {
      $0.id == grant && !$0.actions.isDisjoint(with: [.read, .live])
    }
    guard let grantee = pieces.first?.grantee else { return Report() }
    var work = Rewrap(pieces: pieces, grantee: grantee, secret: secret, vault: vault)
    for name in try vault.list("rec/") where name.last == "recording" {
      try work.recording(name)
    }
    return work.report
  }

  private init(
    pieces: [LiveGrant], grantee: PatientPublicKey, secret: PatientSecret, vault: DirectoryVault
  ) {
    self.pieces = pieces
    self.grantee = grantee
    self.secret = secret
    self.vault = vault
  }

  /// Trusts the gateway that the patient paired with, and no other.
  private mutating func recording(_ name: ObjectName) throws(VaultError) {
    let file = try vault.get(name)
    let head = try checked(name) { () throws(ObjectFault) in try HeadDocument(file) }
    let pairing = ObjectName.pairing(head.recording)
    let bytes = try vault.get(pairing)
    _ = try checked(pairing) { () throws(ObjectFault) in
      try PairingDocument.read(bytes, of: head, by: secret.publicKey)
    }
    var capsules: [UInt32: [CapsuleFileName]] = [:]
    for object in try vault.list(ObjectName.capsules(head.recording)) {
      if let name = CapsuleFileName(object.last) { capsules[name.epoch, default: []].append(name) }
    }
    report.recordingCount += 1
    for (epoch, names) in capsules.sorted(by: { $0.key < $1.key }) {
      try self.epoch(epoch, of: head, names)
    }
  }

  private mutating func epoch(
    _ epoch: UInt32, of head: HeadDocument, _ names: [CapsuleFileName]
  ) throws(VaultError) {
    let wanted = try wanted(epoch, head)
    guard !wanted.isEmpty else { return report.outsideCount += 1 }
    var held: Set<UInt16> = []
    for name in names where name.isFor(grantee.keyFingerprint) {
      held.formUnion(try inspect(name, head).entries.map(\.category))
    }
    let own = names.filter { $0.isFor(secret.publicKey.keyFingerprint) }
    guard !own.isEmpty else { return report.lockedCount += 1 }
    var keys: [UInt16: CapsuleKey] = [:]
    for name in own {
      for key in try open(name, head)
      where key.epoch == epoch && wanted.subtracting(held).contains(key.category) {
        keys[key.category] = key
      }
    }
    let name = CapsuleFileName(
      epoch: epoch, recipient: grantee.keyFingerprint, grant: pieces[0].id)
    guard !keys.isEmpty, !names.contains(name) else { return report.alreadyThereCount += 1 }
    try put(Array(keys.values), as: name, head)
  }

  private mutating func put(
    _ keys: [CapsuleKey], as name: CapsuleFileName, _ head: HeadDocument
  ) throws(VaultError) {
    let capsule = Capsule.seal(
      keys: keys, recording: head.recording, to: grantee, signedBy: secret.signing)
    try vault.put(.capsule(head.recording, name), capsule)
    report.capsuleCount += 1
    report.keyCount += keys.count
  }

  /// Granted categories whose rows of the epoch lie in the window of data.
  private func wanted(
    _ epoch: UInt32, _ head: HeadDocument
  ) throws(VaultError) -> Set<UInt16> {
    let name = ObjectName.span(head.recording, epoch)
    guard try vault.byteCount(name) != nil else { return [] }
    let bytes = try vault.get(name, limit: EpochSpan.byteCountMax)
    let span = try checked(name) { () throws(ObjectFault) in
      try SpanDocument.read(bytes, epoch, of: head)
    }
    return Set(
      span.categories.filter { category, range in
        pieces.contains {
          $0.categories.contains(category)
            && $0.data.contains(TimeWindow(from: range.from, until: range.until))
        }
      }.keys)
  }

  private func inspect(
    _ file: CapsuleFileName, _ head: HeadDocument
  ) throws(VaultError) -> Capsule {
    let name = ObjectName.capsule(head.recording, file)
    let bytes = try vault.get(name, limit: Capsule.byteCountMax)
    return try checked(name) { () throws(ObjectFault) in
      try CapsuleDocument.check(bytes, named: file, of: head, patient: secret.publicKey)
    }
  }

  private func open(
    _ file: CapsuleFileName, _ head: HeadDocument
  ) throws(VaultError) -> [CapsuleKey] {
    let name = ObjectName.capsule(head.recording, file)
    let bytes = try vault.get(name, limit: Capsule.byteCountMax)
    return try checked(name) { () throws(ObjectFault) in
      try CapsuleDocument.check(bytes, named: file, of: head, patient: secret.publicKey)
      return try CapsuleDocument.open(bytes, with: secret, of: head)
    }
  }
}
