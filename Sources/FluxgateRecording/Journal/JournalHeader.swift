internal import FluxgateSeal

/// The first record of a journal: what recovery must know to make a segment without any key.
struct JournalHeader: Hashable, Sendable {
  var recording: [UInt8]
  var gateway: [UInt8]
  var segment: UInt32
  var epoch: UInt32
  var structure: RecordingStructure
  /// Index of each stream's first chunk in this segment, in the order of the structure.
  var firstIndices: [UInt64]

  private static let magic: [UInt8] = Array("FXJ1".utf8)

  var encoded: [UInt8] {
    let streams = zip(structure.datasets, firstIndices).map { dataset, first in
      CBOR.fields(dataset.fields.merging(["first": .unsigned(first)]) { $1 })
    }
    let map = CBOR.fields([
      "format": .unsigned(1), "recording": .bytes(recording), "gateway": .bytes(gateway),
      "segment": .unsigned(UInt64(segment)), "epoch": .unsigned(UInt64(epoch)),
      "streams": .array(streams),
    ])
    return Self.magic + map.encoded()
  }

  init(
    recording: [UInt8], gateway: [UInt8], segment: UInt32, epoch: UInt32,
    structure: RecordingStructure, firstIndices: [UInt64]
  ) {
    self.recording = recording
    self.gateway = gateway
    self.segment = segment
    self.epoch = epoch
    self.structure = structure
    self.firstIndices = firstIndices
  }

  init(_ body: ArraySlice<UInt8>) throws(JournalFault) {
    guard body.starts(with: Self.magic), let value = try? CBOR.decode([UInt8](body.dropFirst(4)))
    else { throw .header }
    do {
      var fields = try Fields(value)
      try fields.format()
      recording = try fields.bytes("recording", count: 16)
      gateway = try fields.bytes("gateway", count: 32)
      segment = try fields.number("segment")
      epoch = try fields.number("epoch")
      var firsts: [UInt64] = []
      let streams = try fields.array("streams")
      try fields.end()
      var datasets: [DatasetDescription] = []
      for stream in streams {
        var fields = try Fields(stream)
        datasets.append(try DatasetDescription(&fields))
        firsts.append(try fields.number("first"))
        try fields.end()
      }
      structure = try RecordingStructure(listed: datasets)
      firstIndices = firsts
    } catch {
      throw .header
    }
  }
}
