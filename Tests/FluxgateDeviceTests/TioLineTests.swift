import FluxgateDevice
import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport
import Glibc
import Testing

/// The driver over real lines of this machine's kernel: a terminal whose rate changes, and datagrams.
@Suite(.serialized) struct TioLineTests {
  /// Reads until 1000 rows of the first stream are there, at most for ten seconds.
  private final class Reader: Transport {
    private let inner: any Transport
    private let board: DeviceBoard
    private let stop: StopFlag
    private let end: HostTime
    private var field: CollectedStream?

    init(_ inner: any Transport, _ board: DeviceBoard, _ stop: StopFlag) {
      self.inner = inner
      self.board = board
      self.stop = stop
      end = inner.now.advanced(by: .seconds(10))
    }

    var name: String { inner.name }
    var now: HostTime { inner.now }
    var collected: CollectedStream? {
      field?.drain()
      return field
    }

    func read(
      into buffer: inout [UInt8], until deadline: HostTime
    ) throws(TransportError) -> Arrival {
      if field == nil { field = board.announcement.map { CollectedStream($0.outlets[0]) } }
      if (collected?.numbers.count ?? 0) >= 1000 || inner.now >= end { stop.raise() }
      return try inner.read(into: &buffer, until: deadline)
    }

    func write(_ bytes: [UInt8]) throws(TransportError) { try inner.write(bytes) }
    func changeRate(to baud: UInt32) throws(TransportError) { try inner.changeRate(to: baud) }
  }

  private static func read(
    _ link: any Transport, _ settings: [String: String]
  ) throws -> CollectedStream {
    let board = DeviceBoard(name: "line")
    let stop = StopFlag()
    let reader = Reader(link, board, stop)
    let driver = TwinleafDriver.make(DriverSetup(category: .cardiac, settings: settings))
    let acquisition = Acquisition(driver: driver, board: board) { _ in reader }
    acquisition.run(link: reader, until: stop, pause: { _ in _ = reader.collected })
    return try #require(reader.collected)
  }

  /// Every row is the one that was made under its number. What came before the streams were
  /// announced is not of them.
  private static func expectWhole(_ found: CollectedStream, _ truth: TruthStream) {
    let width = truth.channelCount * truth.sampleType.byteCount
    func made(_ row: Int) -> ArraySlice<UInt8>? {
      (row + 1) * width <= truth.rows.count
        ? truth.rows[row * width..<(row + 1) * width] : nil
    }
    #expect(found.numbers.count >= 1000)
    let early = (0..<500).first { made($0) == found.rows[..<width] } ?? -1
    #expect(early >= 0)
    let wrong = found.numbers.enumerated().count { place, number in
      made(early + Int(number)) != found.rows[place * width..<(place + 1) * width]
    }
    #expect(wrong == 0)
  }

  @Test("a terminal's rate is changed on both ends; what was under way is counted as lost")
  func fasterTerminal() throws {
    var settings = VirtualTwinleaf.Settings()
    settings.fastestRate = 1_000_000
    let device = VirtualTwinleaf(settings)
    let host = PtyHost(device: device, path: "/tmp/fluxgate-tio-rate-\(getpid())")
    try host.start()
    let link = try SerialTransport(path: host.path, baud: 115_200)
    let found = try Self.read(link, ["line-rate": "400000"])
    #expect(link.rate == 400_000)
    host.stop()
    #expect(device.agreedRates == [400_000])
    Self.expectWhole(found, host.truth[0])
    // The packets between the device's change and ours.
    #expect(found.lost <= 150)
  }

  @Test("datagrams of three sensors are read over a socket")
  func datagrams() throws {
    var settings = VirtualTwinleaf.Settings()
    settings.isBare = true
    settings.sensorCount = 3
    let host = UDPHost(device: VirtualTwinleaf(settings), cut: VirtualTwinleaf.datagramLength)
    try host.start()
    let link = try UDPTransport(host: "127.0.0.1", port: host.port)
    let found = try Self.read(link, ["framing": "datagrams", "routes": "/0 /1 /2"])
    host.stop()
    #expect(found.stream.description.name == "0.field" && found.lost == 0)
    Self.expectWhole(found, host.truth[0])
  }
}
