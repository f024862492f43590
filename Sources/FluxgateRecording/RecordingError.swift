public import FluxgateSeal

/// What can go wrong with a recording, with the place and the number that caused it.
public enum RecordingError: Error, Hashable, Sendable {
  /// A call to the file system failed. `errno` as Linux gave it (28 is a full disk).
  case disk(DiskOperation, path: String, errno: Int32)
  /// An HDF5 call failed; the library's own text stays inside.
  case hdf5(HDF5Operation, path: String)
  /// The datasets of a new recording cannot be written.
  case structure(StructureFault)
  /// A chunk that was given to the writer, or read from a segment, is not as the format says.
  case chunk(stream: UInt32, index: UInt64, ChunkFault)
  case journal(path: String, offset: UInt64, JournalFault)
  /// A signed file (`recording`, pairing, manifest) or a capsule is not as the format says.
  case document(path: String, DocumentFault)
  case meta(stream: UInt32, MetaFault)
  case seal(SealError)
  /// The secret opens no capsule of this recording.
  case noKey
  /// The recording has been ended.
  case finished
  /// Another writer or a recovery holds the recording.
  case inUse(path: String)
}

public enum DiskOperation: String, Hashable, Sendable {
  case open, read, write, sync, rename, remove, list, makeFolder, truncate, size, lock
}

public enum HDF5Operation: String, Hashable, Sendable {
  case registerFilter, create, open, attribute, group, dataset, extend, writeChunk, readChunk
  case inspect, close, write
}

public enum StructureFault: Error, Hashable, Sendable {
  case streams(count: Int)
  case repeatedStream(UInt32)
  case streamNumber(UInt32)
  case columns(stream: UInt32, UInt32)
  case chunkBytes(stream: UInt32, Int)
  /// Byte datasets are for metadata, and metadata is always bytes.
  case kind(stream: UInt32)
  case recipients(count: Int)
  case differsFromRecording
}

public enum ChunkFault: Error, Hashable, Sendable {
  case unknownStream
  case rows(UInt32)
  case byteCount(Int, expected: Int)
  case discontinuities(count: Int)
  case discontinuity(number: Int)
  case prefix(offset: Int)
  case codec(UInt8)
  case coded(Int, expected: Int)
  case place
  case missing
  case mask(UInt32)
  case digest
  case size(Int)
}

public enum JournalFault: Error, Hashable, Sendable {
  case header
  case record
  case order
  /// A torn record with whole ones after it: damage, not a kill.
  case damagedBeforeWholeRecords
  case foreign
}

public enum DocumentFault: Error, Hashable, Sendable {
  case missing
  case encoding
  case field(String)
  case signature
  case signer
  case chain
  case commitment(category: UInt16)
}

public enum MetaFault: Error, Hashable, Sendable {
  case size(Int)
  case schema(String)
  case order
}
