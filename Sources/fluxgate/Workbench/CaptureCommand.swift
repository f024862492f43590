import ArgumentParser
import Fluxgate
import FluxgateDevice
import FluxgateSignal
import FluxgateTransport
import Foundation

struct CaptureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "capture",
    abstract: "Keep the bytes of devices' lines in a pcapng file, for replay.",
    discussion: """
      A capture is health data in the clear: not sealed, not signed. Only its
      owner may read the file (mode 0600). `record` makes recordings.
      """)

  @OptionGroup var devices: DeviceOptions
  @Option(help: "The capture; must not exist.")
  var out: String
  @Option(help: "Stop after so many seconds.")
  var seconds: Double?
  @OptionGroup var home: HomeOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let seconds, !(seconds > 0 && seconds <= 1e6) {
      throw ValidationError("--seconds is more than 0 and at most 1000000")
    }
  }

  func run() throws {
    output.apply()
    let lines = try makeLines()
    Console.say("NOTE: a capture is health data in the clear. Delete it when done.")
    let signals = StopSignals()
    // An erasure must find it, wherever it lies.
    try DurableFile.makeFolder(home.place.path)
    try home.place.captures.add(
      URL(fileURLWithPath: out).standardizedFileURL.path,
      began: Int64(Date().timeIntervalSince1970))
    let session = try start(lines)
    Console.say("Capturing \(lines.count) device(s) into \(out).")
    if seconds == nil { Console.say("Ctrl-C ends it.") }
    let end = seconds.map { Date(timeIntervalSinceNow: $0) } ?? .distantFuture
    while !signals.isRaised, !session.devicesHaveEnded, Date() < end {
      Thread.sleep(forTimeInterval: 0.05)
    }
    try session.finish()
    show(session.boards)
  }

  private func start(_ lines: [CaptureSession.Line]) throws -> CaptureSession {
    do throws(Fault) {
      return try CaptureSession.start(lines, path: out)
    } catch {
      if error.exit == .deviceAbsent { Console.complain("What was said so far is in \(out).") }
      throw error
    }
  }

  private func makeLines() throws -> [CaptureSession.Line] {
    let library = try ProfileFolders.load(named: devices.profiles, home: home.place)
    let sources = try devices.sources(home.place)
    return try zip(devices.devices, sources).map { text, source in
      let spec = try DeviceSpec.parse(text)
      guard let profile = library[spec.profile] else { preconditionFailure("a source was made") }
      let link = try DeviceLink(profile, named: spec.link, device: spec.name)
      return CaptureSession.Line(
        source: source, link: Self.kind(of: profile, port: link.port),
        profile: profile.name)
    }
  }

  private static func kind(of profile: DeviceProfile, port: UInt16?) -> CaptureLink {
    if case .usb(let settings) = profile.transport { return .usb(settings) }
    return port.map(CaptureLink.tcp(port:)) ?? .serial
  }

  private func show(_ boards: [DeviceBoard]) {
    Console.say("stream                            rows         lost")
    for board in boards {
      for stream in board.announcement?.outlets ?? [] {
        Console.say(
          StatusText.pad("\(board.name).\(stream.description.name)", 24)
            + StatusText.right("\(stream.counters.acceptedRows)", 14)
            + StatusText.right("\(stream.counters.lostRows)", 13))
      }
    }
    Console.report(CaptureReport(out, boards))
  }
}

private struct CaptureReport: Encodable {
  struct Stream: Encodable {
    let name: String
    let rows, lost: UInt64
  }

  let capture: String
  let streams: [Stream]

  init(_ path: String, _ boards: [DeviceBoard]) {
    capture = path
    streams = boards.flatMap { board in
      (board.announcement?.outlets ?? []).map {
        Stream(
          name: "\(board.name).\($0.description.name)", rows: $0.counters.acceptedRows,
          lost: $0.counters.lostRows)
      }
    }
  }
}
