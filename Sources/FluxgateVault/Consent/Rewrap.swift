internal import FluxgateConsent
internal import FluxgateRecording
internal import FluxgateSeal

/// Seals the keys of what is recorded already to somebody who was granted it since.
///
/// The patient's machine does it: it opens the patient's own capsules and seals to the grantee the
/// keys of granted categories, for epochs whose span lies in the window of data. Nothing of an epoch
/// without a span is sealed, and no chunk is touched.
public struct Rewrap {
  public struct Report: Hashable, Sendable {
    public internal(set) var recordingCount = 0
    public internal(set) var capsuleCount = 0
    public internal(set) var keyCount = 0
    /// Epochs that hold nothing for the grantee, by category, window or a missing span.
    public internal(set) var outsideCount = 0
    /// Epochs whose keys the grantee has under this grant.
    public internal(set) var alreadyThereCount = 0
    /// Epochs without a capsule for the patient: erased, or not yet in the vault. Also those with so
    /// many capsules under this grant that there is no name for one more.
    public internal(set) var lockedCount = 0
  }

  /// One epoch as the vault shows it.
  struct Epoch {
    let number: UInt32
    let head: HeadDocument
    let span: [UInt8]?
    /// Names and bytes of capsules for the patient and for the grantee.
    let capsules: [(name: CapsuleFileName, bytes: [UInt8])]
  }

  let grant: ConsentID
  let grantee: PatientPublicKey
  let secret: PatientSecret
  private let pieces: [LiveGrant]
  var report = Report()

  /// Nil when the grant gives no keys at `now`.
  init?(_ grant: ConsentID, in book: ConsentBook, at now: Int64, secret: PatientSecret) {
    pieces = book.live(at: now).filter { $0.id == grant && $0.givesKeys }
    guard let grantee = pieces.first?.grantee else { return nil }
    self.grant = grant
    self.grantee = grantee
    self.secret = secret
  }

  /// Everything that the grant gives keys of.
  var categories: Set<UInt16> { pieces.reduce(into: []) { $0.formUnion($1.categories) } }

  /// The capsule that is to be put; nil, and counted, when there is none to make.
  mutating func capsule(
    for epoch: Epoch
  ) throws(VaultError) -> (name: CapsuleFileName, bytes: [UInt8])? {
    let wanted = try wanted(epoch)
    guard !wanted.isEmpty else {
      report.outsideCount += 1
      return nil
    }
    let lacking = wanted.subtracting(try held(epoch, of: wanted))
    guard !lacking.isEmpty else {
      report.alreadyThereCount += 1
      return nil
    }
    let keys = try keys(lacking, epoch)
    guard !keys.isEmpty, let name = freeName(epoch) else {
      report.lockedCount += 1
      return nil
    }
    report.capsuleCount += 1
    report.keyCount += keys.count
    let bytes = Capsule.seal(
      keys: keys, recording: epoch.head.recording, to: grantee, signedBy: secret.signing)
    return (name, bytes)
  }

  /// Granted categories whose rows of the epoch lie in the window of data.
  private func wanted(_ epoch: Epoch) throws(VaultError) -> Set<UInt16> {
    guard let bytes = epoch.span else { return [] }
    let name = ObjectName.span(epoch.head.recording, epoch.number)
    let span = try checked(name) { () throws(ObjectFault) in
      try SpanDocument.read(bytes, epoch.number, of: epoch.head)
    }
    return Set(
      span.categories.filter { category, range in
        pieces.contains {
          $0.categories.contains(category)
            && $0.data.contains(TimeWindow(from: range.from, until: range.until))
        }
      }.keys)
  }

  /// The gateway has taken the first one where the grant was in force while it recorded.
  private func freeName(_ epoch: Epoch) -> CapsuleFileName? {
    CapsuleFileName.all(
      epoch: epoch.number, recipient: grantee.keyFingerprint, grant: grant
    ).first { name in !epoch.capsules.contains { $0.name == name } }
  }

  /// Categories that the grantee has the keys of under this very grant, in capsules that hold nothing
  /// else: a vault gives out a capsule only while all its keys are granted.
  private func held(
    _ epoch: Epoch, of wanted: Set<UInt16>
  ) throws(VaultError) -> Set<UInt16> {
    var held: Set<UInt16> = []
    for capsule in epoch.capsules
    where capsule.name.isFor(grantee.keyFingerprint) && capsule.name.isUnder(grant) {
      let seen = try checked(.capsule(epoch.head.recording, capsule.name)) {
        () throws(ObjectFault) in
        try CapsuleDocument.check(
          capsule.bytes, named: capsule.name, of: epoch.head, patient: secret.publicKey)
      }
      let categories = Set(seen.entries.map(\.category))
      if categories.isSubset(of: wanted) { held.formUnion(categories) }
    }
    return held
  }

  private func keys(
    _ categories: Set<UInt16>, _ epoch: Epoch
  ) throws(VaultError) -> [CapsuleKey] {
    var keys: [UInt16: CapsuleKey] = [:]
    for capsule in epoch.capsules where capsule.name.isFor(secret.publicKey.keyFingerprint) {
      let opened = try checked(.capsule(epoch.head.recording, capsule.name)) {
        () throws(ObjectFault) in
        try CapsuleDocument.check(
          capsule.bytes, named: capsule.name, of: epoch.head, patient: secret.publicKey)
        return try CapsuleDocument.open(capsule.bytes, with: secret, of: epoch.head)
      }
      for key in opened where key.epoch == epoch.number && categories.contains(key.category) {
        keys[key.category] = key
      }
    }
    return Array(keys.values)
  }
}
