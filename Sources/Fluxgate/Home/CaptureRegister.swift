internal import FluxgateSeal

/// Where this gateway's captures lie, so that an erasure finds them: health data in the clear.
///
/// The file `captures` of the home: deterministic CBOR, a list of `[path, UTC seconds of its start]`.
public struct CaptureRegister: Sendable {
  struct Entry: Hashable, Sendable {
    /// From the root.
    let path: String
    let began: Int64
  }

  private let path: String

  init(path: String) { self.path = path }

  /// Notes a capture, durably, before its first byte is written.
  ///
  /// - Parameters:
  ///   - capture: from the root.
  ///   - began: UTC seconds since 1970.
  public func add(_ capture: String, began: Int64) throws(Fault) {
    try write(try captures() + [Entry(path: capture, began: began)])
  }

  func captures() throws(Fault) -> [Entry] {
    guard DurableFile.exists(path) else { return [] }
    guard let rows = (try? CBOR.decode(try DurableFile.read(path)))?.arrayValue else {
      throw damaged
    }
    let entries = rows.compactMap { row -> Entry? in
      guard let parts = row.arrayValue, parts.count == 2, let capture = parts[0].textValue,
        let began = parts[1].int
      else { return nil }
      return Entry(path: capture, began: began)
    }
    guard entries.count == rows.count else { throw damaged }
    return entries
  }

  /// Forgets captures that are gone.
  func keepOnly(_ paths: [String]) throws(Fault) {
    let known = try captures()
    let kept = known.filter { paths.contains($0.path) }
    if kept != known { try write(kept) }
  }

  private func write(_ entries: [Entry]) throws(Fault) {
    let rows = entries.map { CBOR.array([.text($0.path), .int($0.began)]) }
    try DurableFile.replace(path, with: CBOR.array(rows).encoded())
  }

  private var damaged: Fault {
    Fault(
      "H04", "\(path) is damaged", state: "Captures are not affected.",
      remedy: "look for captures yourself, then delete the file", exit: .refused)
  }
}
