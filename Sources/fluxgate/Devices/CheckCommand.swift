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
  @Option(help: "Seconds to listen to each device; at most 4.")
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
    for line in BusAdvice.lines(for: sources) {
      Console.say(TextBlock.wrap(line, columns: 80, hanging: 8))
    }
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
    let errors = AppendLog<TransportError>(capacity: 1)
    let source = source
    let thread = WorkerThread(source.name) {
      let driver = source.driver(DriverSetup(category: source.category, settings: source.settings))
      let acquisition = Acquisition(driver: driver, board: board, open: source.open)
      do throws(TransportError) {
        let link = try source.open(HostClock.now)
        acquisition.run(link: link, until: stop) { WorkerThread.sleep($0) }
      } catch {
        _ = errors.append(error)
      }
    }
    // Nobody reads the rings: they hold some five seconds, and what they refuse is lost to nobody.
    let end = Date(timeIntervalSinceNow: min(seconds, 4))
    while Date() < end, !thread.hasEnded { Thread.sleep(forTimeInterval: 0.02) }
    stop.raise()
    thread.join()
    if errors.count > 0 {
      return finding(board, .link(errors[0], device: source.name, link: source.link))
    }
    return finding(board, fault(board))
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
