import FluxgateSimulation

/// Magnetometers on lines of their own: Twinleaf's in all its dialects, QuSpin's three.
extension ConservationMatrix {
  static let magnetometers = twinleaf + [zeroField, totalField(.first), totalField(.second)]

  private static let twinleaf = [
    sensor("heart", promises(.serial, [:])) { settings, injury in
      settings.fastestRate = injury.fault == .rateChange ? 1_000_000 : nil
    },
    sensor(
      "heart, older dialect",
      promises(
        .serial,
        [
          .rateChange: oneRate,
          .lumps: .within(20, "samples before the descriptions come are not part of the recording"),
        ])
    ) { settings, _ in
      settings.dialect = .legacy
    },
    sensor(
      "heart, hub of two", settings: ["routes": "/0 /1"], promises(.serial, [.rateChange: oneRate])
    ) {
      settings, _ in settings.sensorCount = 2
    },
    sensor(
      "heart over TCP", profile: "twinleaf-tcp",
      promises(
        .tcp, [.corrupt: .doesNotApply("TCP has a checksum"), .rateChange: oneRate])
    ) { settings, _ in settings.isBare = true },
    sensor(
      "heart over UDP", profile: "twinleaf-udp",
      promises(
        .datagrams, [.corrupt: .doesNotApply("UDP has a checksum"), .rateChange: oneRate])
    ) { settings, injury in
      settings.isBare = true
      settings.network.span = .seconds(1) ..< .milliseconds(2500)
      if injury.fault == .duplicate { settings.network.doubledPerMille = 200 }
      if injury.fault == .reorder { settings.network.delayedPerMille = 60 }
    },
  ]

  private static func sensor(
    _ name: String, profile: String? = nil, settings: [String: String] = [:],
    _ promises: [MatrixFault: Promise],
    change: @escaping @Sendable (inout VirtualTwinleaf.Settings, MatrixRow.Injury) -> Void
  ) -> MatrixRow {
    MatrixRow(
      name: name, device: .heart, profile: profile,
      settings: settings.isEmpty && promises[.rateChange] == nil
        ? ["line-rate": "400000"] : settings,
      seconds: 4, lengths: [.splitReads: 0.6], strikes: 1.503, lead: 0.1, promises: promises,
      make: { injury in
        var settings = VirtualTwinleaf.Settings()
        settings.seed = 3
        settings.faults = injury.faults
        change(&settings, injury)
        return VirtualTwinleaf(settings)
      })
  }

  private static let estimate = "the lines have no number: reckoned from the host's clock"

  private static let zeroField: MatrixRow = MatrixRow(
    name: "zero-field", device: .zeroField, seconds: 60, lengths: [.splitReads: 25], strikes: 20,
    lead: 20, isNumbered: false,
    promises: promises(
      .serial,
      [
        .duplicate: .doesNotApply("a serial line repeats nothing, and its lines have no number"),
        .drop: .within(1, estimate), .stall: .within(4, estimate), .unplug: .within(4, estimate),
        .cut: .within(4, estimate), .reboot: .within(4, estimate), .rateChange: oneRate,
      ]),
    make: { injury in
      var settings = VirtualQuspin.Settings()
      settings.isWarm = true
      settings.faults = injury.faults
      return VirtualQuspin(settings)
    })

  private static func totalField(_ generation: VirtualTotalField.Generation) -> MatrixRow {
    let isFirst = generation == .first
    let counts: [MatrixFault: Promise] = [.rateChange: oneRate]
    let guesses: [MatrixFault: Promise] = [
      .duplicate: .doesNotApply("a serial line repeats nothing, and its lines have no number"),
      .drop: .within(1, estimate), .stall: .within(4, estimate), .unplug: .within(4, estimate),
      .cut: .within(4, estimate), .reboot: .within(270, "it made nothing while it started anew"),
      .rateChange: oneRate,
    ]
    return MatrixRow(
      name: isFirst ? "total-field-1" : "total-field",
      device: isFirst ? .totalField1 : .totalField, seconds: isFirst ? 30 : 12,
      lengths: [.splitReads: 8],
      strikes: isFirst ? 14 : 6, isNumbered: !isFirst,
      promises: promises(.serial, isFirst ? guesses : counts),
      make: { injury in
        var settings = VirtualTotalField.Settings()
        settings.generation = generation
        settings.faults = injury.faults
        return VirtualTotalField(settings)
      })
  }
}
