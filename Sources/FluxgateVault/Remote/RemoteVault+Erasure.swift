public import FluxgateRecording
internal import FluxgateSeal

extension RemoteVault {
  /// Hands in a tombstone; what it covers is erased when this returns.
  public func erase(tombstone: [UInt8]) async throws(RemoteError) -> ErasureReceipt {
    let answer = try await ask("POST", "/v1/erasures", body: tombstone)
    do throws(ServiceError) {
      return try ErasureReceipt(encoded: answer)
    } catch {
      throw .malformed("receipt")
    }
  }

  /// Fetches what a release holds of identity, capsules and spans: what an erasure is planned by.
  ///
  /// - Parameter path: a folder that exists; each recording gets one in it. They hold the patient's
  ///   capsules: delete them afterwards.
  public func documents(
    of release: Release, into path: String
  ) async throws(RemoteError) -> [RecordingFolder] {
    var folders: [String: RecordingFolder] = [:]
    for object in release.objects where Self.isDocument(object.file) {
      let id = hexadecimal(object.recording)
      let folder = RecordingFolder("\(path)/\(id)")
      folders[id] = folder
      let file = "\(folder.path)/\(object.file)"
      try Self.onDisk { () throws(VaultError) in
        try Folders.make(folder.path)
        try Folders.make(Folders.parent(of: file))
      }
      try await download(
        "/v1/releases/\(hexadecimal(release.id))/\(object.name)", to: file,
        limit: Capsule.byteCountMax)
      let bytes = try Self.onDisk { () throws(VaultError) in try HomeFile.read(file) } ?? []
      guard SHA256.digest(bytes) == object.sha256 else { throw .damaged(object.name) }
    }
    return folders.sorted { $0.key < $1.key }.map(\.value)
  }

  private static func isDocument(_ file: String) -> Bool {
    file == "recording" || file == "pairing" || file.hasPrefix("capsules/")
      || file.hasPrefix("spans/")
  }

  private static func onDisk<Value>(
    _ body: () throws(VaultError) -> Value
  ) throws(RemoteError) -> Value {
    do { return try body() } catch { throw .local(error) }
  }
}
