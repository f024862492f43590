import Fluxgate
import FluxgateSimulation
import Foundation

/// What a virtual device made, in files, to hold a recording against.
enum TruthFiles {
  struct Stream: Encodable {
    let name, type, file: String
    let columns: Int
    /// Numbers of the rows that a fault kept off the line.
    let withheld: [UInt64]
  }

  /// Writes `<device>.<stream>.raw` for each stream (rows of little-endian numbers, the first is row
  /// 0) and `<device>.json`, which describes them.
  static func write(_ truth: [TruthStream], of device: String, into folder: String) throws {
    try DurableFile.makeFolder(folder)
    var described: [Stream] = []
    for stream in truth {
      let file = "\(device).\(stream.name).raw"
      try put(Data(stream.rows), "\(folder)/\(file)")
      described.append(
        Stream(
          name: stream.name, type: "\(stream.sampleType)", file: file,
          columns: stream.channelCount, withheld: stream.withheld))
    }
    try put(JSONEncoder().encode(described), "\(folder)/\(device).json")
  }

  private static func put(_ data: Data, _ path: String) throws {
    do {
      try data.write(to: URL(fileURLWithPath: path))
    } catch {
      throw Fault(
        "C19", "\(path) cannot be written", remedy: "choose another folder for --truth",
        cause: "\(error)", exit: .refused)
    }
  }
}
