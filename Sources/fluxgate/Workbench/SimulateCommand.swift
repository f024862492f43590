import ArgumentParser
import Fluxgate
import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport
import Foundation

struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Run a virtual device that speaks its real wire protocol.",
    discussion: """
      The helmet and the agent listen on a TCP port, lsl is a Lab Streaming
      Layer outlet on the loopback, the others are on a pseudo-terminal, until
      Ctrl-C or the seconds are over. With --usbip or --vhci it is a USB device
      that a Linux kernel enumerates as hardware: take it with
      `usbip attach -r 127.0.0.1 -b 1-1`, or let --vhci plug it into this
      machine (root; modprobe vhci-hcd). With --capture nothing runs in real
      time: the device is read by its own driver and the bytes go into a
      pcapng file, the same for the same seed.
      Faults: \(FaultOption.usage), each with @SECONDS
      after the gateway's first word, like drop@2 or unplug:3@5.
      """)

  @Argument(help: "One of \(SimulatedDevice.allCases.map(\.rawValue).joined(separator: ", ")).")
  var device: SimulatedDevice
  @Option(help: "Where the device node shall be (all but the helmet and the agent).")
  var link: String?
  @Option(help: "TCP port of 127.0.0.1, 0 for any free one (helmet, agent); else its profile's.")
  var port: UInt16?
  @Option(help: "Serve it as a USB device (USB/IP) on this port of 127.0.0.1; usually 3240.")
  var usbip: UInt16?
  @Flag(help: "Plug it into this machine's virtual USB host controller.")
  var vhci = false
  @Option(help: "Stop after so many seconds.")
  var seconds: Double?
  @Option(help: "The same seed gives the same signal.")
  var seed: UInt64 = 1
  @Option(help: "Channels of the helmet or of lsl, 1 to 1024.")
  var channels = 64
  @Option(name: .customLong("fault"), help: ArgumentHelp(valueName: "kind@seconds"))
  var faults: [FaultOption] = []
  @Option(help: "A folder for all that the device made, to hold a recording against.")
  var truth: String?
  @Option(help: "Write a capture instead; needs --seconds.")
  var capture: String?
  @Option(help: "A folder of profiles, looked at before all others (with --capture).")
  var profiles: String?
  @OptionGroup var home: HomeOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (1...1024).contains(channels) else {
      throw ValidationError("--channels is 1 to 1024")
    }
    if let seconds, !(seconds > 0 && seconds <= 1e6) {
      throw ValidationError("--seconds is more than 0 and at most 1000000")
    }
    if capture == nil, road == nil, case .usb = device.link {
      throw ValidationError("\(device.rawValue) is on USB: add --usbip, --vhci or --capture")
    }
    if capture != nil, seconds == nil { throw ValidationError("--capture needs --seconds") }
    if usbip != nil, vhci { throw ValidationError("--usbip and --vhci exclude each other") }
    if road == nil, faults.contains(where: { $0.halt != nil }) {
      throw ValidationError("--fault halt needs --usbip or --vhci")
    }
  }

  func run() throws {
    output.apply()
    if let capture, let seconds {
      try write(capture, seconds: seconds)
    } else if let road {
      try runUSB(on: road)
    } else {
      switch device.link {
      case .tcp(let usual): try runServer(port: port ?? usual)
      case .lsl: try runOutlet()
      case .serial: try runLine()
      case .udp, .usb: preconditionFailure("validated: \(device.rawValue) is on no such line")
      }
    }
  }

  private var plan: SimulationPlan {
    SimulationPlan(device, seed: seed, channelCount: channels, faults: faults.compactMap(\.fault))
  }

  private var road: USBIPHost.Road? {
    vhci ? .virtualHostController : usbip.map { .tcp(port: $0) }
  }

  private func write(_ path: String, seconds: Double) throws {
    let library = try ProfileFolders.load(named: profiles, home: home.place)
    let truth: [TruthStream]
    do throws(TransportError) {
      truth = try SimulatedCapture.write(plan, profiles: library, seconds: seconds, to: path)
    } catch {
      throw Fault.capture(error, path: path)
    }
    Console.say("Wrote \(path): \(device.rawValue), simulated, seed \(seed), \(seconds) s.")
    try report(truth, place: path)
  }

  private func runServer(port: UInt16) throws {
    let host = TCPHost(device: plan.makeDevice(), port: port)
    try start("127.0.0.1:\(port)") { () throws(TransportError) in try host.start() }
    wait(at: "127.0.0.1:\(host.port)")
    host.stop()
    try finish(host.truth, lost: host.bytesLost, place: "127.0.0.1:\(host.port)")
  }

  private func runOutlet() throws {
    let host = LSLHost(outlet: VirtualLSLOutlet(plan.outlet))
    try start(host.link) { () throws(TransportError) in try host.start() }
    wait(at: host.link)
    host.stop()
    try finish(host.truth, lost: host.bytesLost, place: host.link)
  }

  private func runLine() throws {
    let path = link ?? FileManager.default.temporaryDirectory.path + "/fluxgate-\(device.rawValue)"
    let host = PtyHost(device: plan.makeDevice(), path: path)
    try start(path) { () throws(TransportError) in try host.start() }
    wait(at: path)
    host.stop()
    try finish(host.truth, lost: host.bytesLost, place: path)
  }

  private func runUSB(on road: USBIPHost.Road) throws {
    guard let personality = device.usbPersonality else {
      throw ValidationError("the \(device.rawValue) has no USB cable")
    }
    let host = USBIPHost(
      device: plan.makeDevice(), as: personality, on: road, halts: faults.compactMap(\.halt))
    let wanted = usbip.map { "127.0.0.1:\($0)" } ?? "the virtual host controller"
    try start(wanted) { () throws(TransportError) in try host.start() }
    let place = host.port.map { "127.0.0.1:\($0)" } ?? wanted
    Console.say("\(device.rawValue) (simulated, seed \(seed)) is a USB device at \(place)")
    waitForEnd()
    host.stop()
    try finish(host.truth, lost: host.bytesLost, place: place)
  }

  private func start(_ place: String, _ body: () throws(TransportError) -> Void) throws {
    do throws(TransportError) {
      try body()
    } catch {
      throw Fault.link(error, device: device.rawValue, link: place)
    }
  }

  private func wait(at place: String) {
    Console.say("\(device.rawValue) (simulated, seed \(seed)) is at \(place)")
    Console.say("Record it with --device \(device.rawValue)=\(device.profile)@\(place)")
    waitForEnd()
  }

  private func waitForEnd() {
    if seconds == nil { Console.say("Ctrl-C ends it.") }
    let signals = StopSignals()
    let end = seconds.map { Date(timeIntervalSinceNow: $0) } ?? .distantFuture
    while !signals.isRaised, Date() < end { Thread.sleep(forTimeInterval: 0.05) }
  }

  private func finish(_ truth: [TruthStream], lost: Int, place: String) throws {
    try report(truth, place: place)
    if lost > 0 { Console.say("\(lost) bytes found no gateway that read them.") }
  }

  private func report(_ made: [TruthStream], place: String) throws {
    if let truth { try TruthFiles.write(made, of: device.rawValue, into: truth) }
    Console.say("stream                    columns         rows   kept off the line")
    for stream in made {
      Console.say(
        StatusText.pad("\(device.rawValue).\(stream.name)", 24)
          + StatusText.right("\(stream.channelCount)", 9)
          + StatusText.right("\(stream.rowCount)", 13)
          + StatusText.right("\(stream.withheld.count)", 20))
    }
    Console.report(SimulationReport(place: place, device: device.rawValue, seed: seed, made))
  }
}

private struct SimulationReport: Encodable {
  struct Stream: Encodable {
    let name: String
    let columns, rows, withheld: Int
  }

  let place, device: String
  let seed: UInt64
  let streams: [Stream]

  init(place: String, device: String, seed: UInt64, _ truth: [TruthStream]) {
    self.place = place
    self.device = device
    self.seed = seed
    streams = truth.map {
      Stream(
        name: $0.name, columns: $0.channelCount, rows: $0.rowCount, withheld: $0.withheld.count)
    }
  }
}
