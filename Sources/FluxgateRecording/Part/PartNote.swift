internal import FluxgateSeal

/// The file `part`: which categories of which segments a released folder holds
/// (``RecordingFormat``, "Parts"). Nobody signs it: what it names is checked by the manifests, and
/// what it leaves out is missing whatever it says.
public struct PartNote: Hashable, Sendable {
  static let byteCountMax = 1 << 22
  public let categories: Set<UInt16>
  public let segments: Set<UInt32>

  /// - Parameter categories: one at least.
  public init(categories: Set<UInt16>, segments: Set<UInt32>) {
    precondition(!categories.isEmpty)
    self.categories = categories
    self.segments = segments
  }

  public var encoded: [UInt8] {
    CBOR.fields([
      "v": .unsigned(1),
      "categories": .array(categories.sorted().map { .unsigned(UInt64($0)) }),
      "segments": .array(segments.sorted().map { .unsigned(UInt64($0)) }),
    ]).encoded()
  }

  public init(_ file: [UInt8]) throws(DocumentFault) {
    guard let value = try? CBOR.decode(file) else { throw .encoding }
    var fields = try Fields(value)
    guard try fields.number("v", as: Int.self) == 1 else { throw .field("v") }
    categories = try Self.rising(&fields, "categories")
    segments = try Self.rising(&fields, "segments")
    try fields.end()
    guard !categories.isEmpty else { throw .field("categories") }
    guard !segments.contains(0) else { throw .field("segments") }
  }

  /// The note beside a recording; nil where the recording is whole.
  static func load(_ folder: RecordingFolder) throws(RecordingError) -> PartNote? {
    guard Disk.exists(folder.partNote) else { return nil }
    let file = try Disk.read(folder.partNote, limit: byteCountMax)
    do {
      return try PartNote(file)
    } catch {
      throw .document(path: folder.partNote, error)
    }
  }

  private static func rising<Number: FixedWidthInteger>(
    _ fields: inout Fields, _ key: String
  ) throws(DocumentFault) -> Set<Number> {
    let numbers = try fields.array(key).map { $0.uint.flatMap { Number(exactly: $0) } }
    let known = numbers.compactMap { $0 }
    guard known.count == numbers.count, zip(known, known.dropFirst()).allSatisfy({ $0 < $1 })
    else { throw .field(key) }
    return Set(known)
  }
}
