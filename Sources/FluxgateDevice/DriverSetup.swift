public import FluxgateSignal

/// What a driver is told beside the bytes: the user's and the profile's choices.
public struct DriverSetup: Sendable {
  /// Category of the device's own streams.
  public var category: Category
  /// Driver-specific settings of the profile, by name.
  public var settings: [String: String]
  /// The whole profile, for drivers that are made from it; set by ``DriverTable``.
  public internal(set) var profile: DeviceProfile?
  /// Newest record that is already stored durably, by device serial and stream name; nil for none.
  public var cursor: @Sendable (_ serial: String, _ stream: String) -> Int64?

  public init(
    category: Category, settings: [String: String] = [:],
    cursor: @escaping @Sendable (String, String) -> Int64? = { _, _ in nil }
  ) {
    self.category = category
    self.settings = settings
    self.cursor = cursor
  }
}
