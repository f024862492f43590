internal import FluxgateSignal

/// Where one serial device of a recording is opened, and taken back after each loss.
///
/// A node's number is given anew at every plugging in: what was ttyUSB0 may come back as ttyUSB1. So
/// the lasting name that udev has for it is kept from the first opening on.
public final class SerialPlace: Sendable {
  /// As the technician named it.
  public let path: String
  private let baud: UInt32
  private let lines: ModemLines
  private let lasting = AppendLog<String>(capacity: 1)

  public init(path: String, baud: UInt32, lines: ModemLines) {
    self.path = path
    self.baud = baud
    self.lines = lines
  }

  /// Opens the line. For the device's own thread.
  public func open() throws(TransportError) -> SerialTransport {
    let path = lasting.count > 0 ? lasting[0] : path
    let (baud, lines) = (baud, lines)
    let link = try NodeRights.settle { () throws(TransportError) -> SerialTransport in
      try SerialTransport(path: path, baud: baud, lines: lines)
    }
    if lasting.count == 0, let name = DeviceLinks.lasting(path) { _ = lasting.append(name) }
    return link
  }
}
