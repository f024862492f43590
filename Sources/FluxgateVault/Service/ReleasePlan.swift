internal import FluxgateSeal

/// What a release consists of, before anybody hears of it.
struct ReleasePlan {
  private(set) var objects: [PlannedObject] = []
  /// Recordings that could not be released because an object of theirs is damaged or missing.
  private(set) var damaged: [[UInt8]] = []

  /// - Parameters:
  ///   - recording: nil for all of the vault.
  ///   - tombstones: all of the patient's.
  /// - Throws: what keeps the vault from being read; a damaged recording that was named.
  init(
    _ recording: [UInt8]?, in vault: DirectoryVault, of patient: PatientPublicKey,
    for scope: ReleaseScope, under tombstones: [KeptTombstone]
  ) throws(VaultError) {
    let all = try Self.recordings(in: vault)
    for id in all where recording == nil || recording == id {
      do {
        objects += try RecordingRelease(
          id, in: vault, of: patient, for: scope, under: tombstones
        ).objects
      } catch {
        guard recording == nil, error.isDamage else { throw error }
        damaged.append(id)
      }
    }
  }

  private static func recordings(in vault: DirectoryVault) throws(VaultError) -> [[UInt8]] {
    try vault.list("rec/").filter { $0.last == "recording" }
      .compactMap { $0.folders.last?.split(separator: "/").last.flatMap { recordingID($0) } }
  }
}

extension VaultError {
  fileprivate var isDamage: Bool {
    switch self {
    case .refused, .noObject: true
    default: false
    }
  }
}
