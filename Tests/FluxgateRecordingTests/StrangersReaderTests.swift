import Foundation
import Testing

@testable import FluxgateRecording

/// What Debian's own HDF5 tools see of our files.
@Suite(
  .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/h5dump"), "needs h5dump"))
struct StrangersReaderTests {
  private func h5dump(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/h5dump")
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }

  @Test func `h5dump lists a sealed segment's structure and no times`() throws {
    let bench = try Bench()
    try bench.record()
    let text = try h5dump(["-p", "-H", bench.folder.segment(1)])
    for part in [
      "GROUP \"c2\"", "GROUP \"c4\"", "DATASET \"s1\"", "DATASET \"s2\"", "H5T_STD_I32LE",
      "H5T_IEEE_F64LE", "( 100, 3 ) / ( H5S_UNLIMITED, 3 )", "CHUNKED ( 50, 3 )",
      "FILTER_ID 61889", "VALUE  -2147483648", "ATTRIBUTE \"recording\"",
    ] {
      #expect(text.contains(part), "\(part) not in \(text)")
    }
    #expect(!text.contains("MODIFICATION"))
  }

  @Test func `h5dump reads no sealed row`() throws {
    let bench = try Bench()
    try bench.record()
    #expect(try h5dump(["-d", "/c2/s1", bench.folder.segment(1)]).contains("error"))
  }

  @Test func `h5dump reads the plain export`() throws {
    let bench = try Bench()
    try bench.record()
    try PlainExport(bench.open()).hdf5(to: bench.root + "/plain.h5")
    let rows = try h5dump(["-d", "/s1/data", "-y", "-w", "60", bench.root + "/plain.h5"])
    let first = try bench.open().all(1)[0]
    let line = (0..<3).map { "\(first.integer(row: 0, column: $0) ?? 0)" }.joined(separator: ", ")
    #expect(rows.contains(line), "\(rows.prefix(500))")
    let names = try h5dump(["-a", "/s1/data/column_name", "-y", bench.root + "/plain.h5"])
    #expect(names.contains("\"A1"), "\(names)")
    let times = try h5dump(["-d", "/s1/times", "-y", bench.root + "/plain.h5"])
    #expect(times.contains("( 4, 5 ) / ( H5S_UNLIMITED, 5 )"))
  }
}
