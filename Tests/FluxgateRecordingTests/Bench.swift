import FluxgateSeal
import FluxgateSignal
import Foundation

@testable import FluxgateRecording

/// A recording in a temporary folder with made-up rows, and everything needed to write and open it.
final class Bench {
  let root: String
  let folder: RecordingFolder
  let patient: PatientSecret
  let gateway: GatewayIdentity
  let pairing: [UInt8]
  let datasets: [DatasetDescription]
  private(set) var appended: [UInt32: [ChunkContent]] = [:]
  private var finishedSegments: [UInt32] = []

  static let start: Int64 = 1_700_000_000_000_000_000

  init(
    datasets: [DatasetDescription] = Bench.plainDatasets
  ) throws {
    root = FileManager.default.temporaryDirectory.path + "/fluxgate-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    folder = RecordingFolder(root + "/one")
    patient = try required(PatientSecret(name: "patient 1"))
    gateway = try required(GatewayIdentity(logName: "example.org/log"))
    pairing = Pairing(
      patient: patient.publicKey, gateway: gateway.publicKey,
      logVerifierKey: gateway.logVerifierKey, created: 1_700_000_000
    ).signed(by: patient)
    self.datasets = datasets
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  /// Two categories; one integer stream and one of floats.
  static let plainDatasets = [
    DatasetDescription(
      stream: 1, category: 2, kind: .raw, sampleType: .int32, columns: 3, rowsPerChunk: 50),
    DatasetDescription(
      stream: 2, category: 4, kind: .features, sampleType: .float64, columns: 2, rowsPerChunk: 10),
  ]

  func writer(limits: SegmentLimits = SegmentLimits(), at now: Int64 = start) throws
    -> RecordingWriter
  {
    if FileManager.default.fileExists(atPath: folder.path) {
      return try RecordingWriter(
        resuming: folder, identity: gateway, recipients: [Recipient(patient.publicKey)],
        limits: limits, now: now, segmentFinished: { _ in })
    }
    return try RecordingWriter(
      creating: folder.path, identity: gateway, recipients: [Recipient(patient.publicKey)],
      pairing: pairing, datasets: datasets, limits: limits, now: now, segmentFinished: { _ in })
  }

  /// `rows` rows of a slow ramp with noise that depends on `seed` only.
  func content(_ dataset: DatasetDescription, rows: Int, seed: UInt64) -> ChunkContent {
    var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
    var bytes: [UInt8] = []
    for row in 0..<rows {
      for column in 0..<Int(dataset.columns) {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        let value = Int64(row * 3 + column) + Int64(state % 64)
        bytes += Bench.element(value, dataset.type)
      }
    }
    return ChunkContent(
      stream: dataset.stream, rows: bytes, rowCount: UInt32(rows), firstSample: seed * 50,
      firstTime: Bench.start + Int64(seed) * 1_000_000,
      lastTime: Bench.start + Int64(seed + 1) * 999_999)
  }

  static func element(_ value: Int64, _ type: StoredType) -> [UInt8] {
    var bytes: [UInt8] = []
    switch type {
    case .byte: bytes = [UInt8(truncatingIfNeeded: value)]
    case .int16: bytes.append(littleEndian: Int16(truncatingIfNeeded: value))
    case .int32: bytes.append(littleEndian: Int32(truncatingIfNeeded: value))
    case .int64: bytes.append(littleEndian: value)
    case .float32: bytes.append(littleEndian: (Float(value) / 8).bitPattern)
    case .float64: bytes.append(littleEndian: (Double(value) / 8).bitPattern)
    }
    return bytes
  }

  func append(_ content: ChunkContent, to writer: RecordingWriter) throws {
    try writer.append(content)
    appended[content.stream, default: []].append(content)
  }

  /// Writes `count` chunks of every stream.
  func fill(_ writer: RecordingWriter, chunks count: Int, from first: Int = 0) throws {
    for number in first..<(first + count) {
      for dataset in datasets {
        try append(
          content(dataset, rows: Int(dataset.rowsPerChunk), seed: UInt64(number + 1)), to: writer)
      }
    }
  }

  func closeAll() throws {
    let closer = SegmentCloser(folder: folder, key: gateway.identity)
    for segment in try RecordingFolder.numbers(in: folder.journals, suffix: "fxj") {
      try closer.close(segment)
    }
  }

  /// A whole, closed recording of two segments in two epochs.
  func record() throws {
    let writer = try writer(limits: SegmentLimits(epochNanoseconds: 1_000))
    try writer.putMeta(2, Bench.meta.encoded(), at: Bench.start)
    try fill(writer, chunks: 2)
    try writer.rollIfNeeded(at: Bench.start + 2_000)
    try fill(writer, chunks: 2, from: 2)
    try writer.finish()
    try closeAll()
  }

  static let meta = CategoryMeta(
    streams: [
      1: StreamMeta(
        name: "helmet", rate: 1000.5,
        channels: [
          Channel(name: "A1", kind: "mag", unit: "T", scale: 1e-15, offset: 0.25),
          Channel(name: "A2", kind: "mag", unit: "T", scale: 1e-15),
          Channel(name: "trigger, \"in\"", kind: "trigger", unit: ""),
        ])
    ], other: ["subject": .text("P-0042")])

  func verify(_ trust: Trust? = nil) throws -> VerificationReport {
    try Verifier.verify(folder, trust: trust ?? .patient(patient.publicKey))
  }

  func open() throws -> RecordingReader {
    try RecordingReader(opening: folder, secret: patient)
  }

  func read(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  func write(_ path: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  /// Changes one bit of a file.
  func flip(_ path: String, at offset: Int) throws {
    var bytes = try read(path)
    bytes[offset] ^= 0x10
    try write(path, bytes)
  }

  func copy(to other: Bench) throws {
    try? FileManager.default.removeItem(atPath: other.folder.path)
    try FileManager.default.copyItem(atPath: folder.path, toPath: other.folder.path)
  }
}

struct Missing: Error {}

func required<Value>(_ value: Value?) throws -> Value {
  guard let value else { throw Missing() }
  return value
}

extension RecordingReader {
  func all(_ stream: UInt32) throws -> [OpenedChunk] {
    var chunks: [OpenedChunk] = []
    try forEachChunk(of: stream) { chunks.append($0) }
    return chunks
  }
}

extension OpenedChunk {
  var content: ChunkContent {
    ChunkContent(
      stream: stream, rows: rows, rowCount: UInt32(rowCount), firstSample: firstSample,
      firstTime: firstTime, lastTime: lastTime, gaps: gaps)
  }
}
