public import FluxgateSignal

/// A device that came or went while the program ran.
public struct PlugEvent: Sendable, Hashable {
  public var time: HostTime
  public var isThere: Bool
  /// `USB 1-1.2`, or the node of a serial line.
  public var place: String
  /// What it is; nil for serial lines.
  public var numbers: USBNumbers?

  public init(time: HostTime, isThere: Bool, place: String, numbers: USBNumbers? = nil) {
    self.time = time
    self.isThere = isThere
    self.place = place
    self.numbers = numbers
  }

  /// Place and numbers in one text.
  public var name: String { numbers.map { "\(place) (\($0))" } ?? place }
}
