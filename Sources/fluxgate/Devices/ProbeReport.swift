import Fluxgate
import FluxgateDevice
import FluxgateTransport

/// What `scan --probe` found out about one serial line.
struct ProbeReport: Encodable {
  let path: String
  /// The profiles whose device it is; several where they cannot be told apart without more.
  let profiles: [String]
  let words: String

  /// Opens the line only if a profile with a `probe:` claims it.
  static func probe(_ line: SerialLine, _ library: ProfileLibrary) -> ProbeReport {
    let serial = line.candidates(library).compactMap { profile in
      if case .serial(let baud) = profile.transport { (profile, baud) } else { nil }
    }
    // Lines of the same rate are listened to together; other rates are not tried on a stranger.
    guard let numbers = line.usb, let baud = serial.first?.1,
      let probe = LineProbe(
        serial.filter { $0.1 == baud }.map(\.0), device: numbers, product: line.product)
    else { return ProbeReport(path: line.path, profiles: [], words: "no profile, not opened") }
    do throws(TransportError) {
      return ProbeReport(
        line.path, try probe.run(over: SerialTransport(path: line.path, baud: baud)))
    } catch {
      let fault = Fault.link(error, device: line.path, link: line.path)
      return ProbeReport(path: line.path, profiles: [], words: fault.title)
    }
  }

  private init(path: String, profiles: [String], words: String) {
    self.path = path
    self.profiles = profiles
    self.words = words
  }

  private init(_ path: String, _ finding: LineProbe.Finding) {
    switch finding {
    case .heard(let names):
      self.init(path: path, profiles: names, words: "\(names.joined(separator: " or ")) (heard)")
    case .answered(let names):
      self.init(path: path, profiles: names, words: "\(names.joined(separator: " or ")) (answered)")
    case .unknown(let count):
      self.init(path: path, profiles: [], words: "unknown: \(count) bytes that no profile knows")
    case .silent: self.init(path: path, profiles: [], words: "silent")
    }
  }
}

extension SerialLine {
  /// From the command line: `PATH=VENDOR:PRODUCT`, with `,NAME` for the USB product text.
  init(claim text: String) throws {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    let device = parts.count == 2 ? parts[1].split(separator: ",", maxSplits: 1) : []
    guard let first = device.first, let numbers = USBNumbers(String(first)) else {
      throw Fault(
        "C14", "\"\(text)\" names no line and USB numbers",
        remedy: "write PATH=VENDOR:PRODUCT, like /dev/ttyS0=0403:6015", exit: .refused)
    }
    self.init(path: parts[0], usb: numbers, product: device.count > 1 ? String(device[1]) : "")
  }
}
