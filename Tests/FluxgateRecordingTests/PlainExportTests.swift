import FluxgateSignal
import Foundation
import Testing

@testable import FluxgateRecording

@Suite struct PlainExportTests {
  @Test func `csv has named columns, physical values and interpolated times`() throws {
    let bench = try Bench()
    try bench.record()
    try PlainExport(bench.open()).csv(to: bench.root + "/csv")
    let text = String(decoding: try bench.read(bench.root + "/csv/s1.csv"), as: UTF8.self)
    let lines = text.split(separator: "\n")
    #expect(lines[0] == "time_ns,sample,A1 [T],A2 [T],\"trigger, \"\"in\"\"\"")
    #expect(lines.count == 201)
    let chunk = try bench.open().all(1)[0]
    let code = try required(chunk.integer(row: 0, column: 0))
    #expect(lines[1].hasPrefix("\(chunk.firstTime),50,\(Double(code) * 1e-15 + 0.25),"))
    #expect(lines[1].hasSuffix(",\(try required(chunk.integer(row: 0, column: 2)))"))
    #expect(lines[50].hasPrefix("\(chunk.lastTime),99,"))
  }

  @Test func `thousands of columns keep their names`() throws {
    let dataset = DatasetDescription(
      stream: 1, category: 2, kind: .raw, sampleType: .int16, columns: 4096, rowsPerChunk: 4)
    let bench = try Bench(datasets: [dataset])
    let writer = try bench.writer()
    let channels = (0..<4096).map {
      Channel(name: "a name of some length \($0)", kind: "", unit: "T")
    }
    try writer.putMeta(
      2,
      CategoryMeta(streams: [1: StreamMeta(name: "wide", rate: nil, channels: channels)]).encoded(),
      at: 0)
    try bench.fill(writer, chunks: 1)
    try writer.finish()
    try bench.closeAll()
    try PlainExport(bench.open()).hdf5(to: bench.root + "/wide.h5")
    #expect(Disk.exists(bench.root + "/wide.h5"))
  }

  @Test func `gaps stand beside the rows`() throws {
    let bench = try Bench()
    let writer = try bench.writer()
    try bench.fill(writer, chunks: 1)
    var content = bench.content(bench.datasets[0], rows: 5, seed: 9)
    content.gaps = [Discontinuity(row: 2, reason: .linkLost, missing: 11, timeStep: -4)]
    try writer.append(content)
    try writer.finish()
    try bench.closeAll()
    try PlainExport(bench.open(), only: [1]).csv(to: bench.root + "/csv")
    let text = String(decoding: try bench.read(bench.root + "/csv/s1-gaps.csv"), as: UTF8.self)
    #expect(text == "row,reason,missing,time_step_ns\n52,linkLost,11,-4\n")
    #expect(!Disk.exists(bench.root + "/csv/s2.csv"))
  }
}
