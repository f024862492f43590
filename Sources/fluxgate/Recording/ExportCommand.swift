import ArgumentParser
import Fluxgate
import FluxgateRecording
import FluxgateSignal
import Foundation

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a recording in the clear, for other programs.",
    discussion: "What comes out is health data that anybody can read who gets the file.")

  @Argument(help: "The recording's folder.")
  var recording: String
  @Option(help: "The secret of the patient, or of a reader.")
  var key = "patient.secret"
  @Option(name: .customLong("hdf5"), help: "A new HDF5 file, readable by any HDF5.")
  var hdf5: String?
  @Option(name: .customLong("csv"), help: "A new folder for CSV files.")
  var csv: String?
  @Option(help: "Only this stream. May be given again.")
  var stream: [UInt32] = []
  @OptionGroup var opening: OpeningOptions
  @OptionGroup var output: OutputOptions

  struct Report: Encodable {
    let exported, form: String
    let streams: [UInt32]
  }

  func run() throws {
    output.apply()
    let (path, isCSV) = try target()
    let reader = try opening.reader(recording, key: key)
    let streams = try chosen(reader)
    Console.complain("WARNING: plain health data is written. Keep it where only the right people")
    Console.complain("         can read it, and delete it when it is not needed any more.")
    // Group and others get nothing, whatever the library asks for.
    umask(0o077)
    do throws(RecordingError) {
      let export = try PlainExport(reader, only: Set(streams))
      if isCSV { try export.csv(to: path) } else { try export.hdf5(to: path) }
    } catch {
      let free = DiskSpace.free(at: Self.folder(of: path))
      remove(path)
      throw Fault.export(error, to: path, free: free)
    }
    Console.say("Exported \(streams.count) streams to \(path)")
    Console.report(Report(exported: path, form: isCSV ? "csv" : "hdf5", streams: streams))
  }

  private func target() throws -> (path: String, isCSV: Bool) {
    guard (hdf5 == nil) != (csv == nil), let path = hdf5 ?? csv else {
      throw Fault(
        "C12", "give either --hdf5 FILE or --csv FOLDER", remedy: "choose one", exit: .refused)
    }
    for taken in [path, path + ".part"] where DurableFile.exists(taken) {
      throw Fault(
        "E02", "\(taken) exists already", state: "It was not changed.",
        remedy: "choose another name, or move it away", exit: .refused)
    }
    guard DurableFile.exists(Self.folder(of: path)) else {
      throw Fault(
        "E03", "there is no folder \(Self.folder(of: path))", remedy: "make it first",
        exit: .refused)
    }
    return (path, csv != nil)
  }

  private func chosen(_ reader: RecordingReader) throws -> [UInt32] {
    let all = reader.datasets.filter { $0.kind != .meta }.map(\.stream)
    if let unknown = stream.first(where: { !all.contains($0) }) {
      throw Fault(
        "E04", "there is no stream \(unknown)", remedy: "`fluxgate info` lists the streams",
        exit: .refused)
    }
    return stream.isEmpty ? all : all.filter(stream.contains)
  }

  /// Both names were seen to be free: whatever is there now is an unfinished export of ours.
  private func remove(_ path: String) {
    try? FileManager.default.removeItem(atPath: path)
    try? FileManager.default.removeItem(atPath: path + ".part")
  }

  private static func folder(of path: String) -> String {
    URL(fileURLWithPath: path).deletingLastPathComponent().path
  }
}
