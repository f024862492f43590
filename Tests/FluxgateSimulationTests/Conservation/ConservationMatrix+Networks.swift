import FluxgateSimulation

/// Devices that are programs on a network: FieldTrip's buffer and Lab Streaming Layer's outlet.
extension ConservationMatrix {
  static let networks = [
    helmet("helmet", .asClient), helmet("helmet, big-endian", .bigOnly), lsl,
  ]

  private static func helmet(_ name: String, _ order: FieldTripServerSettings.Order) -> MatrixRow {
    MatrixRow(
      name: name, device: .helmet, seconds: 12, lengths: [.splitReads: 5],
      strikes: 7.007,
      underWay: (100, "what the server holds beyond the last question"),
      promises: promises(
        .tcp, [.rateChange: .doesNotApply("the rate stands in the header for a server's life")]),
      make: { injury in
        var settings = FieldTripServerSettings()
        settings.channelCount = 2
        settings.order = order
        settings.ringSeconds = 0.5
        settings.faults = injury.faults
        return VirtualFieldTripBuffer(settings)
      })
  }

  private static let lsl = MatrixRow(
    name: "lsl", device: .lsl, seconds: 9, lengths: [.splitReads: 3], strikes: 4,
    promises: promises(
      .tcp,
      [
        .corrupt: .doesNotApply("TCP has a checksum and samples have none"),
        .rateChange: .doesNotApply("the rate stands in the description for an outlet's life"),
      ]),
    make: { injury in
      var settings = LSLOutletSettings()
      settings.channelCount = 2
      settings.rate = 500
      settings.bufferedSamples = 100
      settings.faults = injury.faults
      return VirtualLSLOutlet(settings)
    })
}
