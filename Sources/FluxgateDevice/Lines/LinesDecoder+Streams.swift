internal import FluxgateSignal

/// What the device is called and what it gives.
extension LinesDecoder {
  var identity: DeviceIdentity {
    DeviceIdentity(
      maker: profile.maker, model: run?.captures["model"] ?? profile.model,
      serial: run?.captures["serial"] ?? "", firmware: run?.captures["firmware"] ?? "")
  }

  var description: StreamDescription {
    StreamDescription(
      name: format.samples.stream, kind: .raw, category: category,
      sampleType: format.samples.sampleType, channels: channels, rate: rate)
  }

  private var channels: [Channel] {
    var channels = format.samples.columns.map { column in
      var channel = column.channel
      if let delay = profile.delay {
        channel.delay = delay.nanoseconds
        channel.delayUncertainty = delay.uncertainty
      }
      return channel
    }
    // Bit n stands for column n.
    if format.samples.hasValidity {
      channels.append(Channel(name: "valid", kind: "flags", unit: ""))
    }
    return channels
  }

  /// What the start-up kept beside the identity, such as the answer to a calibration.
  func tellCaptures(at now: HostTime, _ port: DevicePort) {
    let rest = (run?.captures ?? [:]).filter { !["model", "serial", "firmware"].contains($0.key) }
    for (name, text) in rest.sorted(by: { $0.key < $1.key }) {
      port.record(
        Event(time: now, kind: .deviceMessage, label: name, value: .text(text)), now: now)
    }
  }
}
