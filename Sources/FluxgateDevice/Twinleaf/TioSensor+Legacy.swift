internal import FluxgateSignal

/// The older dialect: spoken by a device that does not know `dev.metadata`.
extension TioSensor {
  func acceptLegacy(_ type: UInt8, _ payload: RawSpan, at now: HostTime, _ port: DevicePort) {
    hasHeardLegacy = true
    guard legacy != nil else { return }
    guard type == TioPacket.Kind.legacyData else {
      take(legacy?.describe(type, payload) ?? .none, at: now, port)
      return
    }
    if legacy?.accept(payload, at: now) == true {
      event(.link, "sample numbers began anew", .none, at: now, port)
    }
  }

  private func take(_ change: TioLegacySensor.Change, at now: HostTime, _ port: DevicePort) {
    switch change {
    case .none: break
    case .rate:
      let rate = legacy?.shape.flatMap { shape in shape.groups.first.map(shape.rate) } ?? 0
      event(.sensorState, "rate changed", .float(rate), at: now, port)
    case .columns:
      event(.sensorState, "stream changed its shape", .text("stream0"), at: now, port)
      refuse(.unsupported(what: "stream stream0 changed its columns"), port)
    }
  }

  /// The device answered that it knows no metadata.
  func beginLegacy() {
    guard legacy == nil, catalogue.device == nil, interview.isUnknown else { return }
    legacy = TioLegacySensor(isDatagram: link.isDatagram)
  }

  func offerLegacy(_ port: DevicePort) {
    guard let legacy, legacy.isDescribed, let shape = legacy.shape else { return }
    guard let descriptions = shape.descriptions(category) else {
      refuse(.unsupported(what: "number types of stream stream0"), port)
      return
    }
    offer = Offer(
      identity: DeviceIdentity(
        maker: "Twinleaf", model: legacy.texts["dev.name"] ?? "TIO device",
        serial: legacy.texts["dev.serial"] ?? "", firmware: "older dialect"),
      descriptions: descriptions.map(named))
  }
}
