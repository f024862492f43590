internal import FluxgateSeal

extension RemoteVault {
  /// Hands in a tombstone; what it covers is erased when this returns. Whether the receipt shows that
  /// is for the caller.
  func erase(tombstone: [UInt8]) async throws(RemoteError) -> ErasureReceipt {
    let answer = try await ask("POST", "/v1/erasures", body: tombstone)
    do throws(ServiceError) {
      return try ErasureReceipt(encoded: answer)
    } catch {
      throw .malformed("receipt")
    }
  }

  /// Fetches what a release holds of documents, capsules and spans: what an erasure is planned by.
  func documents(of release: Release) async throws(RemoteError) -> [RecordingDocuments] {
    var found: [[UInt8]: RecordingDocuments] = [:]
    for object in release.objects where RecordingDocuments.holds(object.file) {
      let bytes = try await small(object, of: release)
      found[object.recording, default: RecordingDocuments()].add(object.file, bytes)
    }
    return found.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
  }
}
