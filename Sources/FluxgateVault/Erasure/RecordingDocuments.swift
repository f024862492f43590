internal import FluxgateRecording

/// A recording's identity, manifests, spans and the patient's capsules, in memory alone: a capsule
/// on a disk of the patient's machine would outlive its erasure when the program is killed.
public struct RecordingDocuments: Sendable {
  /// By the file's name in a recording's folder.
  private var files: [String: [UInt8]] = [:]

  mutating func add(_ file: String, _ bytes: [UInt8]) { files[file] = bytes }

  static func holds(_ file: String) -> Bool {
    file == "recording" || file == "pairing"
      || ["capsules/", "spans/", "manifests/"].contains { file.hasPrefix($0) }
  }
}

extension RecordingDocuments: RecordingPlace {
  func read(_ file: ErasureFile) -> [UInt8]? {
    switch file {
    case .capsule(let name): files["capsules/\(name)"]
    case .span(let epoch): files["spans/\(padded(epoch)).span"]
    case .manifest(let segment): files["manifests/\(padded(segment)).manifest"]
    case .salt, .proof, .entry, .journal, .segment: nil
    }
  }

  func head() -> [UInt8]? { files["recording"] }
  func pairing() -> [UInt8]? { files["pairing"] }
  /// The server's own: nobody here can tell.
  func made() -> Int64? { nil }
  func capsules() -> [String] { names("capsules/", "") }
  func spans() -> [UInt32] { numbers("spans/", ".span") }
  func manifests() -> [UInt32] { numbers("manifests/", ".manifest") }

  private func names(_ folder: String, _ suffix: String) -> [String] {
    files.keys.filter { $0.hasPrefix(folder) && $0.hasSuffix(suffix) }
      .map { String($0.dropFirst(folder.count).dropLast(suffix.count)) }.sorted()
  }

  private func numbers(_ folder: String, _ suffix: String) -> [UInt32] {
    names(folder, suffix).compactMap { segmentNumber($0[...]) }.sorted()
  }
}
