public import FluxgateConsent
internal import FluxgateRecording
public import FluxgateSeal

extension Rewrap {
  /// Does the same with a vault behind a server, which sees capsules and no key. The release that the
  /// patient's machine asks for, and every capsule it hands in, are entries in the vault's ledger.
  public static func run(
    _ grant: ConsentID, in book: ConsentBook, at now: Int64, secret: PatientSecret,
    server: RemoteVault
  ) async throws(RemoteError) -> Report {
    guard var work = Rewrap(grant, in: book, at: now, secret: secret) else { return Report() }
    let release = try await server.release(try work.request())
    let recordings = Dictionary(grouping: release.objects) { $0.recording }
    for objects in recordings.values {
      work.report.recordingCount += 1
      for epoch in try await work.epochs(objects, of: release, from: server) {
        guard let made = try local({ () throws(VaultError) in try work.capsule(for: epoch) })
        else { continue }
        let isNew = try await put(made, of: epoch.head.recording, to: server)
        if !isNew { work.report.countAsThere(made.bytes) }
      }
    }
    return work.report
  }

  /// All that the patient has of the granted categories, whatever its time: spans tell that.
  private func request() throws(RemoteError) -> ReleaseRequest {
    do {
      return try ReleaseRequest(
        categories: categories, window: TimeWindow(), purpose: "PATRQT", identity: .identified)
    } catch {
      throw .malformed("\(error)")
    }
  }

  private func epochs(
    _ objects: [ReleasedName], of release: Release, from server: RemoteVault
  ) async throws(RemoteError) -> [Epoch] {
    guard let head = try await trusted(objects, of: release, from: server) else { return [] }
    var spans: [UInt32: [UInt8]] = [:]
    var capsules: [UInt32: [(name: CapsuleFileName, bytes: [UInt8])]] = [:]
    for object in objects {
      if object.file.hasPrefix("capsules/"),
        let name = CapsuleFileName(object.file.dropFirst("capsules/".count))
      {
        let bytes = try await server.small(object, of: release)
        capsules[name.epoch, default: []].append((name, bytes))
      } else if object.file.hasPrefix("spans/"), object.file.hasSuffix(".span"),
        let epoch = segmentNumber(object.file.dropFirst("spans/".count).dropLast(".span".count))
      {
        spans[epoch] = try await server.small(object, of: release)
      }
    }
    return capsules.sorted { $0.key < $1.key }.map {
      Epoch(number: $0.key, head: head, span: spans[$0.key], capsules: $0.value)
    }
  }

  /// Nil when nothing of the recording was released.
  private func trusted(
    _ objects: [ReleasedName], of release: Release, from server: RemoteVault
  ) async throws(RemoteError) -> HeadDocument? {
    guard let recording = objects.first(where: { $0.file == "recording" }),
      let pairing = objects.first(where: { $0.file == "pairing" })
    else { return nil }
    let file = try await server.small(recording, of: release)
    let word = try await server.small(pairing, of: release)
    return try Self.local { () throws(VaultError) in
      let head = try checked(.head(recording.recording)) { () throws(ObjectFault) in
        try HeadDocument(file)
      }
      _ = try checked(.pairing(recording.recording)) { () throws(ObjectFault) in
        try PairingDocument.read(word, of: head, by: secret.publicKey)
      }
      return head
    }
  }

  /// False when the vault has a capsule of this name: an earlier run's.
  private static func put(
    _ made: (name: CapsuleFileName, bytes: [UInt8]), of recording: [UInt8],
    to server: RemoteVault
  ) async throws(RemoteError) -> Bool {
    do throws(RemoteError) {
      try await server.add(capsule: made.bytes, recording: recording, name: made.name.text)
      return true
    } catch {
      if case .status(409, _) = error { return false }
      throw error
    }
  }

  private static func local<Value>(
    _ body: () throws(VaultError) -> Value
  ) throws(RemoteError) -> Value {
    do { return try body() } catch { throw .local(error) }
  }
}

extension RemoteVault {
  /// A released object that fits into memory, seen to be what the release named.
  func small(
    _ object: ReleasedName, of release: Release
  ) async throws(RemoteError) -> [UInt8] {
    let bytes = try await ask(
      "GET", "/v1/releases/\(hexadecimal(release.id))/\(object.name)",
      limit: Capsule.byteCountMax)
    guard SHA256.digest(bytes) == object.sha256 else { throw .damaged(object.name) }
    return bytes
  }
}

extension Rewrap.Report {
  /// Takes back the count of a capsule that was there.
  fileprivate mutating func countAsThere(_ capsule: [UInt8]) {
    capsuleCount -= 1
    keyCount -= (try? Capsule.inspect(capsule).entries.count) ?? 0
    alreadyThereCount += 1
  }
}
