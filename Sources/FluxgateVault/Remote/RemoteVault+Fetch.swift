public import FluxgateLedger
public import FluxgateRecording
public import FluxgateSeal

/// A released recording that was fetched and verified.
public struct FetchedRecording: Sendable {
  /// 32 hexadecimal digits; the folder's name too.
  public let recording: String
  public let path: String
  /// Files that this call fetched; the others an earlier one had.
  public let fetchedCount: Int
  public let alreadyThereCount: Int
  /// Intact, or incomplete: nothing else is put in place.
  public let verification: VerificationReport
}

extension FetchedRecording {
  fileprivate init(
    _ recording: String, _ path: String, _ fetchedCount: Int, of total: Int,
    _ verification: VerificationReport
  ) {
    self.init(
      recording: recording, path: path, fetchedCount: fetchedCount,
      alreadyThereCount: total - fetchedCount, verification: verification)
  }
}

extension RemoteVault {
  /// Longest file of a recording that is taken, bytes.
  private static let fileByteCountMax = 1 << 36

  /// Fetches what was released into one folder for each recording, verifies it, and only then gives
  /// the folder its name.
  ///
  /// Until then it is called by its id and `.part`: after an interruption, a further release of the
  /// same goes on there. A folder that has its name already is verified again. Uses HDF5: one call at a time in a process.
  ///
  /// - Parameters:
  ///   - path: the folder that the recordings' folders go into; made if missing.
  ///   - patient: whose recordings they must be.
  ///   - progress: called with each file that is there, and how many of how many are.
  public func fetch(
    _ release: Release, into path: String, patient: PatientPublicKey,
    witnesses: WitnessQuorum = .none, progress: (PullProgress) -> Void = { _ in }
  ) async throws(RemoteError) -> [FetchedRecording] {
    try local { () throws(VaultError) in try Folders.make(path) }
    let groups = Dictionary(grouping: release.objects) { hexadecimal($0.recording) }
    var done = 0
    var fetched: [FetchedRecording] = []
    for (id, objects) in groups.sorted(by: { $0.key < $1.key }) {
      let destination = "\(path)/\(id)"
      let known = try local { () throws(VaultError) in
        try ReleasedFolder.confirm(destination, objects, of: patient, witnesses)
      }
      if let known {
        fetched.append(FetchedRecording(id, destination, 0, of: objects.count, known))
      } else {
        let folder = try local { () throws(VaultError) in
          try ReleasedFolder(destination, objects)
        }
        let count = try await fetch(release, into: folder) { name, place in
          progress(PullProgress(name: name, done: done + place, total: release.objects.count))
        }
        let report = try local { () throws(VaultError) in
          try folder.finish(of: patient, witnesses)
        }
        fetched.append(FetchedRecording(id, destination, count, of: objects.count, report))
      }
      done += objects.count
    }
    return fetched
  }

  /// The files of one recording; gives how many were not there.
  private func fetch(
    _ release: Release, into folder: ReleasedFolder, progress: (String, Int) -> Void
  ) async throws(RemoteError) -> Int {
    var count = 0
    for (place, object) in folder.objects.enumerated() {
      if try await fetch(object, of: release, into: folder) { count += 1 }
      progress(object.name, place + 1)
    }
    return count
  }

  /// False when an earlier call had fetched the file.
  private func fetch(
    _ object: ReleasedName, of release: Release, into folder: ReleasedFolder
  ) async throws(RemoteError) -> Bool {
    if try local({ () throws(VaultError) in try folder.has(object) }) { return false }
    try await download(
      "/v1/releases/\(hexadecimal(release.id))/\(object.name)", to: folder.aside(object),
      limit: object.size.map { Int(clamping: $0) } ?? Self.fileByteCountMax)
    let isRight = try local { () throws(VaultError) in try folder.accept(object) }
    guard isRight else { throw .damaged(object.name) }
    return true
  }

  private func local<Value>(
    _ body: () throws(VaultError) -> Value
  ) throws(RemoteError) -> Value {
    do { return try body() } catch { throw .local(error) }
  }
}
