import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport
import Testing

struct BenchTests {
  private let zero = HostTime(nanoseconds: 0)

  @Test func `bytes come at the moment the device made them and no real time passes`() throws {
    let clock = BenchClock(now: zero)
    let link = try BenchTransport(device: TickingDevice(start: zero), clock: clock)
    var buffer = [UInt8](repeating: 0, count: 16)
    let first = try link.read(into: &buffer, until: HostTime(nanoseconds: .seconds(1)))
    #expect(first == Arrival(byteCount: 1, time: HostTime(nanoseconds: .milliseconds(1))))
    #expect(buffer[0] == 0)
    let second = try link.read(into: &buffer, until: HostTime(nanoseconds: 1_500_000))
    #expect(second == Arrival(byteCount: 0, time: HostTime(nanoseconds: 1_500_000)))
  }

  @Test func `an answer comes at the moment of the question`() throws {
    let clock = BenchClock(now: zero)
    let link = try BenchTransport(device: TickingDevice(start: zero), clock: clock)
    try link.write([7, 8])
    var buffer = [UInt8](repeating: 0, count: 16)
    let arrival = try link.read(into: &buffer, until: HostTime(nanoseconds: .seconds(1)))
    #expect(arrival == Arrival(byteCount: 2, time: zero))
  }

  @Test func `short reads lose nothing`() throws {
    let clock = BenchClock(now: zero)
    let device = TickingDevice(start: zero)
    let link = try BenchTransport(device: device, clock: clock, mostPerRead: 2)
    try link.write([1, 2, 3, 4, 5])
    var buffer = [UInt8](repeating: 0, count: 16)
    var seen: [UInt8] = []
    for _ in 0..<3 {
      let count = try link.read(into: &buffer, until: clock.now).byteCount
      seen += buffer[0..<count]
    }
    #expect(seen == [1, 2, 3, 4, 5])
  }

  @Test func `an unplugged device is lost, cannot be opened, and can be opened when it is back`()
    throws
  {
    let clock = BenchClock(now: zero)
    let device = TickingDevice(start: zero, outages: [(.milliseconds(2), .milliseconds(1100))])
    let open = BenchTransport.opener(device, clock: clock)
    let link = try open(clock.now)
    var buffer = [UInt8](repeating: 0, count: 16)
    let far = HostTime(nanoseconds: .seconds(9))
    _ = try link.read(into: &buffer, until: far)
    #expect(throws: TransportError.disconnected(errno: 0)) {
      try link.read(into: &buffer, until: far)
    }
    var failures = 0
    while (try? open(clock.now.advanced(by: .milliseconds(500)))) == nil, failures < 9 {
      failures += 1
    }
    #expect(failures == 2)
    #expect(clock.now == HostTime(nanoseconds: .milliseconds(1502)))
    #expect(device.calls.prefix(3) == ["connected", "disconnected", "connected"])
  }

  @Test func `the bench ends at its end`() throws {
    let clock = BenchClock(now: zero, end: HostTime(nanoseconds: .milliseconds(3)))
    let open = BenchTransport.opener(TickingDevice(start: zero), clock: clock)
    let link = try open(zero)
    var buffer = [UInt8](repeating: 0, count: 16)
    var count = 0
    #expect(throws: TransportError.endOfCapture) {
      while true { count += try link.read(into: &buffer, until: .distantFuture).byteCount }
    }
    #expect(count == 3)
    #expect(throws: TransportError.endOfCapture) { _ = try open(clock.now) }
  }
}
