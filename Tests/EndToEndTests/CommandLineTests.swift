import Foundation
import Testing

/// The commands on a finished recording, run as processes.
///
/// The recording too is made by a process: HDF5 is not to be used by two threads of this one.
@Suite(
  .serialized,
  .enabled(if: FluxgateProcess.executable != nil, "build the product fluxgate beside the tests"))
struct CommandLineTests {
  @Test func `a recording is verified, shown and opened with lines of 80 columns`() throws {
    let bench = try CommandBench()
    defer { bench.remove() }
    let calls: [(status: Int32, arguments: [String])] = [
      (0, ["verify", bench.recording, "--patient", bench.publicKey]),
      (0, ["verify", bench.recording, "--gateway", bench.card]),
      (1, ["verify", bench.recording]),
      (0, ["info", bench.recording]),
      (0, ["info", bench.recording, "--key", bench.secret]),
      (0, ["open", bench.recording, "--key", bench.secret]),
      (0, ["recover", bench.recording]),
    ]
    for call in calls {
      let ending = try bench.program.run(call.arguments)
      #expect(ending.status == call.status, "\(call.arguments) \(ending)")
      #expect(ending.longLines.isEmpty, "\(call.arguments)")
      let asJSON = try bench.program.run(call.arguments + ["--json"])
      #expect(asJSON.status == call.status)
      #expect(asJSON.json != nil, "\(call.arguments) \(asJSON.out)")
    }
  }

  @Test func `verify says that nobody else has seen the log`() throws {
    let bench = try CommandBench()
    defer { bench.remove() }
    let ending = try bench.program.run(
      "verify", bench.recording, "--patient", bench.publicKey)
    #expect(ending.out.contains("self-attested only"))
    #expect(ending.out.contains("INTACT"))
  }

  @Test func `open compares the digests that the gateway sealed`() throws {
    let bench = try CommandBench()
    defer { bench.remove() }
    let ending = try bench.program.run("open", bench.recording, "--key", bench.secret)
    #expect(ending.out.contains("equal to the sealed one"))
    #expect(!ending.out.contains("none was sealed"))
    #expect(ending.out.contains("heart."))
  }

  @Test func `a damaged segment is named and ends with 4`() throws {
    let bench = try CommandBench()
    defer { bench.remove() }
    try bench.flip("segments/00000001.h5", at: -400)
    let verified = try bench.program.run("verify", bench.recording, "--patient", bench.publicKey)
    #expect(verified.status == 4)
    #expect(verified.out.contains("segment 1"))
    #expect(verified.longLines.isEmpty)
  }

  @Test func `damage in a chunk stops open with a fault and not with a trace`() throws {
    let bench = try CommandBench()
    defer { bench.remove() }
    for place in stride(from: 0.2, to: 0.9, by: 0.02) {
      try bench.flip("segments/00000001.h5", share: place)
    }
    let opened = try bench.program.run("open", bench.recording, "--key", bench.secret)
    #expect(opened.status == 4, "\(opened)")
    #expect(opened.complaints.contains("R06"))
    #expect(opened.longLines.isEmpty)
  }

  @Test func `wrong keys, missing files and missing vaults get faults with a cure`() throws {
    let bench = try CommandBench()
    defer { bench.remove() }
    let stranger = bench.folder + "/stranger.secret"
    let made = try bench.program.run(
      "keys", "new", "--label", "stranger", "--out", stranger, "--no-passphrase")
    #expect(made.status == 0)
    let vault = bench.folder + "/vault"
    try FileManager.default.createDirectory(atPath: vault, withIntermediateDirectories: true)
    let calls: [(code: String, arguments: [String])] = [
      ("K09", ["open", bench.recording, "--key", stranger]),
      ("K09", ["info", bench.recording, "--key", stranger]),
      ("H01", ["open", bench.recording, "--key", bench.folder + "/none.secret"]),
      ("K07", ["open", bench.recording, "--key", bench.publicKey]),
      ("H02", ["verify", bench.folder + "/none"]),
      ("R05", ["verify", bench.folder + "/home"]),
      ("R05", ["recover", bench.folder + "/home"]),
      ("V01", ["push", bench.recording, "--vault", bench.folder + "/none"]),
      ("V01", ["pull", "--list", "--vault", bench.folder + "/none"]),
      ("V06", ["pull", "--vault", vault, "--key", bench.secret, "--out", bench.folder + "/p"]),
      ("C12", ["export", bench.recording, "--key", bench.secret]),
      ("K09", ["export", bench.recording, "--key", stranger, "--csv", bench.folder + "/plain"]),
      ("R09", ["recover", bench.recording, "--home", try bench.otherHome()]),
    ]
    for call in calls {
      let ending = try bench.program.run(call.arguments)
      #expect(ending.status == 2, "\(call.arguments) \(ending)")
      #expect(ending.complaints.hasPrefix(call.code), "\(call.arguments) \(ending)")
      #expect(ending.complaints.contains("Try: "))
      #expect(try bench.program.run(call.arguments + ["--json"]).json != nil)
    }
  }

  @Test func `another gateway's card is refused`() throws {
    let bench = try CommandBench()
    defer { bench.remove() }
    let card = try bench.otherHome() + "/gateway.pub"
    let ending = try bench.program.run("verify", bench.recording, "--gateway", card)
    #expect(ending.status == 4)
    #expect(ending.out.contains("REFUSED"))
  }

  @Test func `an export is for its owner alone`() throws {
    let bench = try CommandBench()
    defer { bench.remove() }
    let (file, folder) = (bench.folder + "/plain.h5", bench.folder + "/plain")
    for arguments in [["--hdf5", file], ["--csv", folder]] {
      let ending = try bench.program.run(
        ["export", bench.recording, "--key", bench.secret] + arguments)
      #expect(ending.status == 0, "\(ending)")
      #expect(ending.complaints.contains("WARNING"))
      #expect(ending.longLines.isEmpty)
    }
    #expect(try bench.mode(file) == 0o600)
    #expect(try bench.mode(folder) == 0o700)
    #expect(try bench.mode(folder + "/s1.csv") == 0o600)
    let again = try bench.program.run(
      "export", bench.recording, "--key", bench.secret, "--hdf5", file)
    #expect(again.status == 2)
  }

  /// A limit on the size of files stands for a full disk: writes fail halfway in the same way.
  @Test func `a disk that takes no more bytes is a fault, and leaves nothing in the clear`() throws
  {
    let bench = try CommandBench()
    defer { bench.remove() }
    for arguments in [["--hdf5", bench.folder + "/x.h5"], ["--csv", bench.folder + "/x"]] {
      let ending = try bench.program.run(
        ["export", bench.recording, "--key", bench.secret] + arguments, fileBlocks: 20)
      #expect(ending.status == 1, "\(ending)")
      #expect(ending.complaints.contains("E01"))
      #expect(!ending.complaints.contains("crashed"))
      let left = try FileManager.default.contentsOfDirectory(atPath: bench.folder)
      #expect(!left.contains { $0.hasPrefix("x") })
    }
  }

  @Test func `a vault gives back what was pushed`() throws {
    let bench = try CommandBench()
    defer { bench.remove() }
    let (vault, pulled) = (bench.folder + "/vault", bench.folder + "/pulled")
    try FileManager.default.createDirectory(atPath: vault, withIntermediateDirectories: true)
    let calls = [
      ["push", bench.recording, "--vault", vault],
      ["push", bench.recording, "--vault", vault, "--patient", bench.publicKey],
      ["pull", "--list", "--vault", vault],
      ["pull", "--vault", vault, "--key", bench.secret, "--out", pulled],
      ["open", pulled, "--key", bench.secret],
      ["verify", pulled, "--patient", bench.publicKey],
    ]
    for arguments in calls {
      let ending = try bench.program.run(arguments)
      #expect(ending.status == 0, "\(arguments) \(ending)")
      #expect(ending.longLines.isEmpty, "\(arguments)")
      #expect(try bench.program.run(arguments + ["--json"]).json != nil)
    }
  }

  @Test func `a killed recording is recovered, anchored and opened, and once is enough`() throws {
    let bench = try CommandBench(killed: true)
    defer { bench.remove() }
    #expect(
      try bench.program.run("verify", bench.recording, "--patient", bench.publicKey).status == 1)
    let recovered = try bench.program.run("recover", bench.recording)
    #expect(recovered.status == 0, "\(recovered)")
    #expect(recovered.out.contains("anchored"))
    #expect(try bench.program.run("recover", bench.recording).out.contains("Nothing was left"))
    let verified = try bench.program.run("verify", bench.recording, "--patient", bench.publicKey)
    #expect(verified.status == 3, "\(verified)")
    #expect(verified.out.contains("1 of 1 segments are proven"))
    let opened = try bench.program.run("open", bench.recording, "--key", bench.secret)
    #expect(opened.status == 3, "\(opened)")
    #expect(opened.out.contains("none was sealed"))
  }
}
