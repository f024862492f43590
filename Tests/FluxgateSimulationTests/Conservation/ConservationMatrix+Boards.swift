import FluxgateSimulation

/// Amplifiers of the electric kind: boards in frames, and the ActiveTwo.
extension ConservationMatrix {
  static let boards =
    [cyton(.cyton, .cyton), cyton(.cytonDaisy, .cytonDaisy)]
    + [board(.adsBoard, .adsBoard), board(.freeEEG32, .freeEEG32)]

  /// Boards that must be started: what they did not make while they stood still counts as lost.
  private static func cyton(_ device: SimulatedDevice, _ model: BoardModel) -> MatrixRow {
    var row = board(device, model)
    let rate = Int(model.framesPerSecond) / model.framesPerRow
    row.promises[.unplug] = .within(rate * 6 / 10, stoodStill)
    row.promises[.cut] = .within(rate * 6 / 10, stoodStill)
    row.promises[.reboot] = .within(
      rate * 7, "found by five seconds' silence, in which it made nothing")
    row.lead = 2
    row.seconds = 14
    return row
  }

  private static let stoodStill =
    "started anew behind a lost link; the moment in which it stood still counts as lost"

  private static func board(_ device: SimulatedDevice, _ model: BoardModel) -> MatrixRow {
    MatrixRow(
      name: "\(device.rawValue)", device: device, seconds: 7, lengths: [.splitReads: 1],
      strikes: 4.002,
      promises: promises(
        .serial,
        [
          .rateChange: oneRate,
          .reboot: .within(
            Int(model.framesPerSecond) / 3,
            "the 0.3 s in which a board that started anew made nothing count as lost"),
        ]),
      make: { injury in
        var settings = VirtualCyton.Settings()
        settings.model = model
        settings.seed = 4
        settings.faults = injury.faults
        return VirtualCyton(settings)
      })
  }

  static let brain = MatrixRow(
    name: "brain", device: .brain, seconds: 1.4,
    lengths: [.splitReads: 0.1, .reboot: 2.6], strikes: 0.6,
    silence: 0.333,
    underWay: (3, "the last sweep has no follower, and bytes wait for a whole packet"),
    promises: promises(
      .usb,
      [
        .stall: .within(2, clockOnly), .unplug: .within(2, clockOnly),
        .cut: .within(2, clockOnly), .reboot: .within(2, clockOnly),
      ]),
    make: { injury in
      var settings = VirtualBioSemiSettings()
      settings.speed = 4
      settings.seed = 2
      settings.faults = injury.faults
      if injury.fault == .rateChange {
        settings.switches = [
          .init(after: .milliseconds(800), speed: 5), .init(after: .milliseconds(1000), speed: 4),
        ]
      }
      return VirtualBioSemi(settings)
    })

  private static let clockOnly = "nothing counts: reckoned from the host's clock"
}
