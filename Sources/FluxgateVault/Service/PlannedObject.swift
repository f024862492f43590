internal import FluxgateConsent
internal import FluxgateSeal

/// One file of a release, and where its bytes come from.
struct PlannedObject: Hashable, Sendable {
  enum Source: Hashable, Sendable {
    /// Without a size it may be replaced before it is fetched.
    case object(ObjectName, size: UInt64?)
    case bytes([UInt8])
    /// Some categories of a segment.
    case part(SegmentSource)
  }

  let name: ReleasedName
  let source: Source
  /// Of the bytes, or of the whole segment that a part is taken from; nil for what may be replaced.
  let digest: [UInt8]?
  /// What it opens, for a capsule: judged again whenever it is fetched.
  var keys: [ReleasedKey] = []

  /// SHA-256 over the list of what leaves: what the trail's record keeps of it.
  static func digest(of objects: [PlannedObject]) -> [UInt8] {
    let rows = objects.compactMap { object in
      object.digest.map {
        CBOR.array([.bytes(object.name.recording), .text(object.name.file), .bytes($0)])
      }
    }
    return SHA256.digest(CBOR.array(rows).encoded())
  }
}

/// A data key in a capsule: of a category, for what was measured in this time.
struct ReleasedKey: Hashable, Sendable {
  let category: UInt16
  let time: TimeWindow
}

/// A segment in the vault, and the documents by which a part of it is made.
struct SegmentSource: Hashable, Sendable {
  let recording: [UInt8]
  let number: UInt32
  let segment: ObjectName
  let categories: Set<UInt16>
}
