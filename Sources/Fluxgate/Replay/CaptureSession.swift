public import FluxgateDevice
public import FluxgateSignal
public import FluxgateTransport

/// Runs drivers on live devices and keeps the bytes of their lines in a capture; rows are counted
/// and thrown away.
public final class CaptureSession: Sendable {
  public let path: String
  public let boards: [DeviceBoard]
  private let devices: [DeviceThread]
  private let writer: CaptureWriter
  private let stop: StopFlag
  private let drain: WorkerThread

  /// A device with what its link is and which profile reads it.
  public struct Line: Sendable {
    public var source: DeviceSource
    public var link: CaptureLink
    public var profile: String

    public init(source: DeviceSource, link: CaptureLink, profile: String) {
      self.source = source
      self.link = link
      self.profile = profile
    }
  }

  /// Makes the file, which must not exist, opens every device and waits until each has said who it
  /// is.
  public static func start(
    _ lines: [Line], path: String, greetingLimit: Int64 = .seconds(10)
  ) throws(Fault) -> CaptureSession {
    let session: CaptureSession
    do throws(TransportError) {
      session = CaptureSession(lines, try CaptureWriter(path: path))
    } catch {
      throw .capture(error, path: path)
    }
    do throws(Fault) {
      try Greeting.wait(for: session.devices, atMost: greetingLimit)
      return session
    } catch {
      _ = try? session.finish()
      throw error
    }
  }

  private init(_ lines: [Line], _ writer: CaptureWriter) {
    let stop = StopFlag()
    self.writer = writer
    self.stop = stop
    path = writer.path
    let devices = lines.map { line in
      let interface = writer.addInterface(
        name: line.source.name, link: line.link, profile: line.profile)
      var source = line.source
      source.open = CapturingTransport.sendableOpener(
        line.source.open, into: writer, interface: interface)
      return DeviceThread(source, cursors: nil, stop: stop)
    }
    self.devices = devices
    boards = devices.map(\.board)
    drain = WorkerThread("drain") { Self.empty(devices) }
  }

  /// Takes rows from the rings until every device has ended, so that none is counted as refused.
  private static func empty(_ devices: [DeviceThread]) {
    let readers = devices.map { RingReaders($0.board) }
    while true {
      let lastTurn = devices.allSatisfy(\.hasEnded)
      for reader in readers { reader.empty() }
      if lastTurn { return }
      Pause.short()
    }
  }

  /// True once every device has ended by itself.
  public var devicesHaveEnded: Bool { devices.allSatisfy(\.hasEnded) }

  /// Ends the devices and the file.
  ///
  /// - Throws: the fault of a disk that ended the capture early.
  public func finish() throws(Fault) {
    stop.raise()
    for device in devices { device.join() }
    drain.join()
    writer.close()
    guard writer.failure == 0 else {
      throw Fault(
        "T08", "the disk refused the capture", state: "What was written before is in \(path).",
        remedy: "free space, then capture again", cause: ErrorNumber.text(writer.failure),
        exit: .failed)
    }
  }
}

extension CapturingTransport {
  /// Like `opener`, for an opener that another thread will call.
  static func sendableOpener(
    _ open: @escaping @Sendable (HostTime) throws(TransportError) -> any Transport,
    into writer: CaptureWriter, interface: Int
  ) -> @Sendable (HostTime) throws(TransportError) -> any Transport {
    { (time: HostTime) throws(TransportError) -> any Transport in
      CapturingTransport(try open(time), into: writer, interface: interface)
    }
  }
}
