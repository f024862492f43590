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
}
