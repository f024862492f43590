internal import FluxgateDevice
internal import FluxgateSignal

extension VirtualTioSensor {
  static func makeStreams(
    _ settings: VirtualTwinleaf.Settings, prefix: String
  ) -> [VirtualTioStream] {
    let fixed = [fieldStream(settings, prefix), auxiliaryStream(settings, prefix)]
    return settings.hasMixedStream ? fixed + [mixedStream(settings, prefix)] : fixed
  }

  private static func fieldStream(
    _ settings: VirtualTwinleaf.Settings, _ prefix: String
  ) -> VirtualTioStream {
    let channels = 8
    var heart = SimulatedHeart(seed: settings.seed, channelCount: channels)
    return VirtualTioStream(
      id: 1, name: "field",
      columns: (0..<channels).map {
        TioColumn(
          streamID: 1, index: $0, type: .f32, name: "field.\($0)", units: "pT",
          summary: "Field \($0)")
      }, rate: 1000, truthType: .float32, prefix: prefix, settings: settings
    ) { heart.sample(at: Double($0) / 1000) }
  }

  private static func auxiliaryStream(
    _ settings: VirtualTwinleaf.Settings, _ prefix: String
  ) -> VirtualTioStream {
    var noise = SeededRandom(seed: settings.seed ^ 0xA5A5)
    let columns: [(TioDataType, String, String, String)] = [
      (.i32, "cell.temperature", "mK", "Cell temperature"),
      (.i16, "laser.current", "uA", "Laser current"),
      (.i24, "lock.error", "", "Lock error"),
    ]
    return VirtualTioStream(
      id: 2, name: "aux", columns: make(columns, stream: 2), rate: 10, truthType: .int32,
      prefix: prefix, settings: settings
    ) { _ in
      [423_150 + 20 * noise.gaussian(), 1500 + 3 * noise.gaussian(), 40_000 * noise.gaussian()]
    }
  }

  private static func mixedStream(
    _ settings: VirtualTwinleaf.Settings, _ prefix: String
  ) -> VirtualTioStream {
    var noise = SeededRandom(seed: settings.seed ^ 0x5A5A)
    let columns: [(TioDataType, String, String, String)] = [
      (.f32, "gradient", "fT", "Gradient"), (.f64, "phase", "rad", "Phase"),
      (.u32, "ticks", "", "Ticks"), (.u8, "state", "", "State"),
    ]
    return VirtualTioStream(
      id: 3, name: "mixed", columns: make(columns, stream: 3), rate: 50, truthType: .float64,
      prefix: prefix, settings: settings
    ) { row in
      [noise.gaussian() * 30, noise.gaussian(), 4_000_000_000 + Double(row), Double(row % 256)]
    }
  }

  private static func make(
    _ columns: [(TioDataType, String, String, String)], stream: UInt8
  ) -> [TioColumn] {
    columns.enumerated().map { index, column in
      TioColumn(
        streamID: stream, index: index, type: column.0, name: column.1, units: column.2,
        summary: column.3)
    }
  }
}
