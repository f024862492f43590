import FluxgateDevice
import FluxgateSimulation

/// Devices that are asked for what they hold: receivers, readers and agents for glucose.
extension ConservationMatrix {
  static let memories = dexcom + [libre(isPro: false), libre(isPro: true)] + agents

  private static let noRate = Promise.doesNotApply("records have their own times and no rate")

  private static let models: [(String, VirtualDexcomModel)] = [
    ("glucose, G4", .g4), ("glucose, G5", .g5), ("glucose, G6 touchscreen", .touchscreenG6),
  ]

  private static let dexcom = models.map { name, model in
    MatrixRow(
      name: name, device: .glucose, seconds: 390, lengths: [.splitReads: 70], strikes: 0.2,
      silence: 7,
      isNumbered: false, unread: model == .g4 ? [] : ["settings"],
      promises: promises(.usb, [.rateChange: noRate]),
      make: { injury in
        VirtualDexcom(
          seed: 3, model: model, historyHours: 6, replyDelay: .milliseconds(12),
          faults: injury.faults)
      })
  }

  private static func libre(isPro: Bool) -> MatrixRow {
    MatrixRow(
      name: isPro ? "libre, Pro" : "libre", device: .libre,
      profile: isPro ? "freestyle-libre-pro" : nil, seconds: 1000, lengths: [.splitReads: 20],
      strikes: 0.25, silence: 7, isNumbered: false, reckonedColumns: [-2],
      promises: promises(.usb, [.rateChange: noRate]),
      make: { injury in
        var settings = VirtualLibreSettings()
        settings.isPro = isPro
        if isPro { settings.clockChangeBefore = nil }
        settings.faults = injury.faults
        return VirtualLibre(settings)
      })
  }

  private static let agents = [
    agent("agent, meter", .meter, confirms: true),
    agent("agent, monitor", .monitor, confirms: true),
    agent(
      "agent, unconfirmed monitor", .monitor, confirms: false,
      [.unplug: aroundBreak, .cut: aroundBreak, .reboot: aroundBreak, .stall: aroundBreak]),
  ]

  private static let aroundBreak = Promise.within(
    4, "report numbers begin anew with an association: two reports of two rows around the break")

  private static func agent(
    _ name: String, _ kind: VirtualAgent.Settings.Kind, confirms: Bool,
    _ own: [MatrixFault: Promise] = [:]
  ) -> MatrixRow {
    let byLink = promises(
      .tcp,
      [
        .rateChange: noRate,
        .duplicate: .doesNotApply("TCP delivers every byte once"),
      ])
    return MatrixRow(
      name: name, device: .agent, seconds: 202, strikes: 57.5, silence: 7,
      underWay: (2, "a report that is not confirmed yet"), isNumbered: false,
      reckonedColumns: [1, 14, 15], promises: byLink.merging(own) { $1 },
      make: { injury in
        var settings = VirtualAgent.Settings()
        settings.kind = kind
        settings.seed = 5
        settings.interval = kind == .monitor ? .seconds(5) : .seconds(45)
        settings.confirmsReports = confirms
        settings.faults = injury.faults
        return VirtualAgent(settings)
      })
  }
}
