internal import FluxgateRecording
internal import FluxgateSeal

/// Reads what a vault shows of one recording without a key.
struct SummaryReading {
  private let vault: DirectoryVault
  private let recording: [UInt8]

  init(_ recording: [UInt8], in vault: DirectoryVault) {
    self.recording = recording
    self.vault = vault
  }

  func summary() throws(VaultError) -> RecordingSummary {
    var summary = RecordingSummary(recording: hexadecimal(recording))
    summary.isErased = try vault.byteCount(.salt(recording)) == nil
    do {
      try read(into: &summary)
    } catch {
      switch error {
      case .refused(let name, let fault): summary.fault = "\(name): \(fault)"
      case .noObject(let name): summary.fault = "\(name): missing"
      default: throw error
      }
    }
    return summary
  }

  private func read(into summary: inout RecordingSummary) throws(VaultError) {
    let head = try document(.head(recording)) { (bytes) throws(ObjectFault) in
      try HeadDocument(bytes)
    }
    let pairing = try document(.pairing(recording)) { (bytes) throws(ObjectFault) in
      try PairingDocument.read(bytes, of: head)
    }
    summary.patient = pairing.patient.text
    let erasures = try VaultErasure.erasures(of: recording, in: vault)
    summary.hasErasures = erasures.map { !$0.isEmpty } ?? false
    var previous = head.digest
    let numbers = try vault.list(ObjectName.manifests(recording))
      .compactMap { segmentNumber($0.last) }
    for number in 1..<(UInt64(numbers.max() ?? 0) + 1) {
      let manifest = try self.manifest(UInt32(number), of: head, after: previous, erasures)
      previous = manifest.digest
      summary.segmentCount += 1
      summary.byteCount += manifest.file.byteCount
      summary.isClosed = manifest.isClosed
    }
  }

  /// The manifest, with its segment seen to be there in its size.
  private func manifest(
    _ number: UInt32, of head: HeadDocument, after previous: [UInt8], _ erasures: Erasures?
  ) throws(VaultError) -> ManifestDocument {
    let manifest = try document(.manifest(recording, number)) { (bytes) throws(ObjectFault) in
      try ManifestDocument(bytes, number, of: head, after: previous)
    }
    guard let size = try vault.byteCount(manifest.object) else {
      if erasures?.takesCiphertext(manifest.epoch, of: head.categories) ?? false { return manifest }
      throw .noObject(manifest.object.text)
    }
    guard size == manifest.file.byteCount else {
      throw .refused(manifest.object.text, .size(size, expected: manifest.file.byteCount))
    }
    return manifest
  }

  private func document<Document>(
    _ name: ObjectName, _ read: ([UInt8]) throws(ObjectFault) -> Document
  ) throws(VaultError) -> Document {
    let bytes = try vault.get(name)
    return try checked(name) { () throws(ObjectFault) in try read(bytes) }
  }
}
