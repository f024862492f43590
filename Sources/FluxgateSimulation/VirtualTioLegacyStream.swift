internal import FluxgateDevice
internal import FluxgateSignal

/// The one stream of a virtual device of the older dialect: three field columns in each sample, a
/// temperature and a laser current in every twentieth.
struct VirtualTioLegacyStream {
  struct Batch {
    let payload: [UInt8]
    /// Row of the field's truth.
    let row: UInt64
  }

  static let rate: UInt32 = 200
  static let slowPeriod: UInt32 = 20
  private static let fieldID: UInt16 = 5
  private static let cellID: UInt16 = 9

  private(set) var truth: [TruthStream]
  private var heart: SimulatedHeart
  private var noise: SeededRandom
  private var start = HostTime(nanoseconds: 0)
  private var number: UInt32 = 0

  init(_ settings: VirtualTwinleaf.Settings, prefix: String) {
    heart = SimulatedHeart(seed: settings.seed, channelCount: 3)
    noise = SeededRandom(seed: settings.seed ^ 0xC3C3)
    truth = [
      TruthStream(name: "\(prefix)stream0", sampleType: .float32, channelCount: 3),
      TruthStream(
        name: "\(prefix)stream0.every\(Self.slowPeriod)", sampleType: .int32, channelCount: 2),
    ]
  }

  mutating func begin(at now: HostTime) {
    start = now
    number = 0
  }

  var nextPacket: HostTime {
    start.advanced(by: Int64(number + 1) * 1_000_000_000 / Int64(Self.rate))
  }

  mutating func make() -> Batch {
    let row = UInt64(truth[0].rowCount)
    let field = heart.sample(at: Double(row) / Double(Self.rate)).flatMap {
      VirtualTioStream.wire($0, .f32)
    }
    truth[0].rows += field
    var payload = TioBytes.u32(number) + field
    if number % Self.slowPeriod == 0 {
      let cell = [423_150 + 20 * noise.gaussian(), 1500 + 3 * noise.gaussian()].flatMap {
        VirtualTioStream.wire($0, .i32)
      }
      truth[1].rows += cell
      payload += cell
    }
    number += 1
    return Batch(payload: payload, row: row)
  }

  mutating func withhold(_ row: UInt64) { truth[0].withheld.append(row) }

  /// Timebase, both sources and the stream: packet types 6, 7, 7 and 8.
  var descriptions: [(type: UInt8, payload: [UInt8])] {
    let timebase =
      TioBytes.u16(1) + [1, 3] + TioBytes.little(1_700_000_000_000_000_000, 8)
      + TioBytes.u32(1_000_000) + TioBytes.u32(Self.rate) + TioBytes.u32(1)
      + TioBytes.u32(Float(1e-6).bitPattern) + [UInt8](repeating: 0, count: 16)
    let field = Self.source(Self.fieldID, 3, 0x42, "field\tx,y,z\tField\tpT")
    let cell = Self.source(Self.cellID, 2, 0x41, "cell\ttemperature,current\tCell\t")
    let components = [(Self.fieldID, UInt32(1)), (Self.cellID, Self.slowPeriod)]
    let stream =
      TioBytes.u16(0) + TioBytes.u16(1) + TioBytes.u32(1) + TioBytes.u32(0)
      + TioBytes.little(UInt64(number), 8) + TioBytes.u16(components.count) + TioBytes.u16(0)
      + components.flatMap {
        TioBytes.u16(Int($0.0)) + TioBytes.u16(0) + TioBytes.u32($0.1) + TioBytes.u32(0)
      }
    return [(6, timebase), (7, field), (7, cell), (8, stream)]
  }

  private static func source(
    _ id: UInt16, _ channels: Int, _ type: UInt8, _ text: String
  ) -> [UInt8] {
    TioBytes.u16(Int(id)) + TioBytes.u16(1) + TioBytes.u32(1) + TioBytes.u32(0)
      + TioBytes.u32(0) + TioBytes.u16(0) + TioBytes.u16(channels) + [type] + Array(text.utf8)
  }
}
