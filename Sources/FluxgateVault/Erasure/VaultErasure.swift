internal import FluxgateRecording
public import FluxgateSeal

/// A patient's tombstones in a vault, and what they do to what lies there (DocC page ``Erasure``).
public enum VaultErasure {
  /// Every tombstone, each seen to be signed by the patient it names. Objects that are none are
  /// passed over: whoever can write to the vault can put them, and they erase nothing.
  public static func tombstones(in vault: DirectoryVault) throws(VaultError) -> [Tombstone] {
    var found: [Tombstone] = []
    for name in try vault.list(ObjectName.tombstones) {
      let bytes = try vault.get(name, limit: Tombstone.byteCountMax)
      guard let tombstone = try? Tombstone.open(bytes), name == .tombstone(tombstone) else {
        continue
      }
      found.append(tombstone)
    }
    return found
  }

  /// Stores a tombstone and erases what it covers. Repeating it is harmless.
  ///
  /// - Parameter patient: whose vault it is; another's tombstone is refused.
  /// - Throws: `VaultError.needsResealing`, and nothing was done; else what stopped it, and
  ///   ``finish(in:)`` goes on.
  @discardableResult
  public static func apply(
    _ file: [UInt8], in vault: DirectoryVault, of patient: KeyFingerprint
  ) throws(VaultError) -> [ErasedRecording] {
    let tombstone = try open(file, of: patient)
    try check(tombstone, in: vault)
    try vault.put(.tombstone(tombstone), file)
    return try finish(in: vault).filter { report in
      tombstone.scope.recording.map { hexadecimal($0) == report.recording } ?? true
    }
  }

  public static func open(
    _ file: [UInt8], of patient: KeyFingerprint
  ) throws(VaultError) -> Tombstone {
    do throws(SealError) {
      return try Tombstone.open(file, of: patient)
    } catch {
      throw .refused("tombstone", ObjectFault(tombstone: error))
    }
  }

  /// Sees that no key which stays would be lost.
  public static func check(
    _ tombstone: Tombstone, in vault: DirectoryVault
  ) throws(VaultError) {
    var names: [String] = []
    for erasure in try erasures([tombstone], in: vault) { names += try erasure.pending() }
    guard names.isEmpty else { throw .needsResealing(names) }
  }

  /// Erases what the stored tombstones cover and is still there: after a stop, or after somebody
  /// put it back. Gives the recordings that they reach.
  @discardableResult
  public static func finish(in vault: DirectoryVault) throws(VaultError) -> [ErasedRecording] {
    var reports: [ErasedRecording] = []
    for var erasure in try erasures(try tombstones(in: vault), in: vault) {
      reports.append(try erasure.run())
    }
    return reports
  }

  /// On the patient's machine, before ``apply(_:in:of:)``: seals anew what stays of capsules that
  /// hold erased keys too.
  ///
  /// - Parameter readers: whose capsules are made anew, too; those of others will go.
  /// - Returns: the objects that were put.
  @discardableResult
  public static func reseal(
    for tombstone: Tombstone, in vault: DirectoryVault, secret: PatientSecret,
    readers: [PatientPublicKey] = []
  ) throws(VaultError) -> [String] {
    var put: [String] = []
    for erasure in try erasures([tombstone], in: vault) {
      guard let head = erasure.head else { continue }
      let resealing = Resealing(
        secret: secret, readers: readers, head: head, tombstone: tombstone)
      for (name, bytes) in try resealing.capsules(for: try erasure.standings()) {
        let object = ObjectName.capsule(erasure.erasures.recording, name)
        if try vault.put(object, bytes) { put.append(object.text) }
      }
    }
    return put
  }

  /// The same for a vault behind a server, by copies of its documents: the capsules to be handed in.
  public static func resealed(
    for tombstone: Tombstone, in copies: [RecordingDocuments], secret: PatientSecret
  ) throws(VaultError) -> [ResealedCapsule] {
    var made: [ResealedCapsule] = []
    for place in copies {
      guard let head = place.head().flatMap({ try? HeadDocument($0) }),
        let erasure = try RecordingErasure([tombstone], of: head.recording, in: place)
      else { continue }
      let resealing = Resealing(secret: secret, readers: [], head: head, tombstone: tombstone)
      made += try resealing.capsules(for: try erasure.standings()).map {
        ResealedCapsule(recording: head.recording, name: $0.name.text, bytes: $0.bytes)
      }
    }
    return made
  }

  /// What the vault's tombstones, and those given, say of one recording; nil where it has no pairing.
  static func erasures(
    of recording: [UInt8], in vault: DirectoryVault
  ) throws(VaultError) -> Erasures? {
    let all = try tombstones(in: vault)
    return try RecordingErasure(
      all, of: recording, in: VaultPlace(vault: vault, recording: recording))?.erasures
  }

  private static func erasures(
    _ tombstones: [Tombstone], in vault: DirectoryVault
  ) throws(VaultError) -> [RecordingErasure<VaultPlace>] {
    guard !tombstones.isEmpty else { return [] }
    var found: [RecordingErasure<VaultPlace>] = []
    for recording in try recordings(in: vault) {
      let place = VaultPlace(vault: vault, recording: recording)
      guard let erasure = try RecordingErasure(tombstones, of: recording, in: place),
        !erasure.erasures.isEmpty
      else { continue }
      found.append(erasure)
    }
    return found
  }

  /// Also those of which a push was interrupted.
  static func recordings(in vault: DirectoryVault) throws(VaultError) -> [[UInt8]] {
    let names = try vault.list("rec/").filter { $0.last == "pairing" }
    return names.compactMap { $0.folders.last?.split(separator: "/").last.flatMap(recordingID) }
  }
}

/// A capsule of keys that stay, made by the patient's machine.
public struct ResealedCapsule: Sendable, Hashable {
  /// 16 bytes.
  public let recording: [UInt8]
  /// The file's name.
  public let name: String
  public let bytes: [UInt8]
}

extension ObjectFault {
  fileprivate init(tombstone error: SealError) {
    self =
      switch error {
      case .wrongRecipient: .wrongPatient
      case .badSignature: .signature
      default: .encoding
      }
  }
}
