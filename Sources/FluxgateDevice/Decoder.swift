public import FluxgateSignal

/// One device's protocol without its wires: frames and moments in, rows and requests out.
///
/// A decoder never reads a clock, opens a link or waits. All it knows comes through these calls, on
/// one thread and in the order of time, so that a replayed capture makes it do the same again.
public protocol Decoder: AnyObject {
  /// The link is open: say hello. Called anew after each loss of the link.
  func linkOpened(at now: HostTime, port: DevicePort)

  /// The link is gone. Rows still to come are known only after `linkOpened`.
  func linkLost(at now: HostTime, port: DevicePort)

  /// One whole frame as its framer cut it.
  func decode(_ frame: RawSpan, at now: HostTime, port: DevicePort)

  /// Bytes that were no frame.
  func skipped(_ byteCount: Int, _ fault: FramingFault, at now: HostTime, port: DevicePort)

  /// When `wake` wants to be called next; nil for never.
  var nextWake: HostTime? { get }

  /// The moment of `nextWake` has come: `now` is that moment, not a later one.
  func wake(at now: HostTime, port: DevicePort)

  /// The recording ends: leave the device as it was found. The link closes after this.
  func farewell(at now: HostTime, port: DevicePort)
}

/// A framer and a decoder that belong together.
public struct Driver {
  public var framer: any Framer
  public var decoder: any Decoder
  /// Where the profile says that the sensors sit; goes into the channels that are announced.
  public var geometry: SensorGeometry?

  public init(framer: any Framer, decoder: any Decoder) {
    self.framer = framer
    self.decoder = decoder
  }
}
