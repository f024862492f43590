import ArgumentParser
import Fluxgate
import FluxgateDevice
import FluxgateSignal
import FluxgateTransport
import Foundation

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Talk to each device and say whether a recording could start. Stores nothing.")

  @OptionGroup var devices: DeviceOptions
  @Option(help: "Seconds to listen to each device.")
  var seconds = 2.0
  @OptionGroup var home: HomeOptions
  @OptionGroup var output: OutputOptions

  struct Finding: Encodable {
    let device, link, state, model, serial: String
    let streams: [String]
    let framesReceived, bytesDamaged: UInt64
    let fault: FaultReport?
  }

  func run() throws {
    output.apply()
    let sources = try devices.sources(home.place)
    let findings = sources.map { DeviceCheck(source: $0, seconds: seconds).run() }
    for finding in findings { show(finding) }
    let free = DiskSpace.free(at: ".")
    Console.say("disk    \(StatusText.bytes(Double(free))) free here")
    Console.report(findings)
    if findings.contains(where: { $0.fault != nil }) { try Console.end(.deviceAbsent) }
  }

  private func show(_ finding: Finding) {
    let mark = finding.fault == nil ? "ok      " : "NOT OK  "
    Console.say(
      TextBlock.wrap(
        "\(mark)\(finding.device): \(finding.model) (\(finding.link))", columns: 80, hanging: 8))
    for stream in finding.streams { Console.say("        \(stream)") }
  }
}

/// Runs one device's driver for a short time, its rows going nowhere.
struct DeviceCheck {
  let source: DeviceSource
  let seconds: Double

  func run() -> CheckCommand.Finding {
    let board = DeviceBoard(name: source.name)
    let stop = StopFlag()
    let source = source
    do throws(TransportError) {
      // Opened here first so that a link that is not there is told at once.
      _ = try source.open(HostClock.now)
    } catch {
      return finding(board, .link(error, device: source.name, link: source.link))
    }
    let thread = WorkerThread(source.name) {
      let driver = source.driver(DriverSetup(category: source.category, settings: source.settings))
      let acquisition = Acquisition(driver: driver, board: board, open: source.open)
      guard let link = try? source.open(HostClock.now) else { return }
      acquisition.run(link: link, until: stop) { WorkerThread.sleep($0) }
    }
    drain(board, until: Date(timeIntervalSinceNow: seconds), thread)
    stop.raise()
    drain(board, until: Date(timeIntervalSinceNow: 5), thread)
    thread.join()
    return finding(board, fault(board))
  }

  /// Empties the rings so that the driver is never refused.
  private func drain(_ board: DeviceBoard, until end: Date, _ thread: WorkerThread) {
    while Date() < end, !thread.hasEnded { Thread.sleep(forTimeInterval: 0.02) }
  }

  private func fault(_ board: DeviceBoard) -> Fault? {
    if board.refusals.count > 0 { return .refusal(board.refusals[0], device: source) }
    return board.announcement == nil ? .silent(source, seconds: Int(seconds)) : nil
  }

  private func finding(_ board: DeviceBoard, _ fault: Fault?) -> CheckCommand.Finding {
    if let fault { Console.complain(fault.text()) }
    let identity = board.announcement?.identity
    let streams = (board.announcement?.outlets ?? []).map { outlet in
      let rate = outlet.description.rate.map { ", \(StatusText.number($0)) Hz" } ?? ""
      return "\(outlet.description.name): \(outlet.description.channels.count) columns\(rate), "
        + "\(outlet.counters.acceptedRows) rows"
    }
    return CheckCommand.Finding(
      device: source.name, link: source.link, state: "\(board.state)",
      model: [identity?.maker, identity?.model].compactMap { $0 }.joined(separator: " "),
      serial: identity?.serial ?? "", streams: streams, framesReceived: board.framesReceived,
      bytesDamaged: board.bytesDamaged, fault: fault.map(FaultReport.init))
  }
}
