public import FluxgateSignal

/// Where a device's sensors sit, by the names of their channels, as a profile says.
///
/// Goes into every channel that is announced under one of these names; what a device says itself of
/// a channel's place gives way to the user's measurement.
public struct SensorGeometry: Sendable, Hashable {
  /// By channel name, or by stream and channel as `stream:channel` where names come twice.
  public var places: [String: SensorPlace]

  public init(places: [String: SensorPlace]) { self.places = places }

  func placed(_ description: StreamDescription) -> StreamDescription {
    var placed = description
    for index in placed.channels.indices {
      let name = placed.channels[index].name
      guard let place = places["\(description.name):\(name)"] ?? places[name] else { continue }
      placed.channels[index].place = place
    }
    return placed
  }
}
