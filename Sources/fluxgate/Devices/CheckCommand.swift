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
  @Option(
    help: "Seconds for each device; unless given 2, and as long as its start-up may take.")
  var seconds: Double?
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
  /// Nil: two seconds, and as long as a start-up may take.
  let seconds: Double?
  private static let usual = 2.0

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
    wait(for: thread, board)
    stop.raise()
    thread.join()
    if errors.count > 0 {
      return finding(board, .link(errors[0], device: source.name, link: source.link))
    }
    return finding(board, fault(board))
  }

  /// Takes rows from the rings meanwhile, and says what a start-up waits for.
  private func wait(for thread: WorkerThread, _ board: DeviceBoard) {
    let begun = HostClock.now
    let rings = RingReaders(board)
    var told = 0
    var announced: HostTime?
    while !thread.hasEnded, board.refusals.count == 0 {
      rings.empty()
      tell(board, from: &told)
      let now = HostClock.now
      if announced == nil, board.announcement != nil { announced = now }
      // The usual time counts from the end of a start-up, once that has come.
      let isStarting = board.startUpTime > 0 && announced == nil
      let start = seconds == nil && board.startUpTime > 0 ? announced ?? begun : begun
      let patience = limit + (seconds == nil && isStarting ? board.startUpTime : 0)
      guard now.since(start) < patience else { return }
      WorkerThread.sleep(.milliseconds(20))
    }
  }

  private var limit: Int64 { Int64(max(0, min(seconds ?? Self.usual, 86_400)) * 1e9) }

  private func tell(_ board: DeviceBoard, from told: inout Int) {
    while told < board.startUpSteps.count {
      let step = board.startUpSteps[told]
      told += 1
      Console.say(
        TextBlock.wrap(
          "starts  \(source.name): waiting at most \(step.longest / .seconds(1)) s; "
            + "if nothing comes, \(step.otherwise)", columns: 80, hanging: 8))
    }
  }

  private func fault(_ board: DeviceBoard) -> Fault? {
    if board.refusals.count > 0 { return .refusal(board.refusals[0], device: source) }
    guard board.announcement == nil else { return nil }
    let startUp = seconds == nil ? board.startUpTime : 0
    return .silent(source, seconds: Int((limit + startUp) / .seconds(1)))
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
