/// Where a sensor sits and which way it looks, as its profile or its device says.
public struct SensorPlace: Sendable, Hashable {
  /// Metres from the frame's origin.
  public var position: SIMD3<Double>
  /// Unit vector along the sensitive axis; nil where it is not known or there is none.
  public var direction: SIMD3<Double>?
  /// What the coordinates belong to: "device", "head", "helmet", …
  public var frame: String
  /// Who says so.
  public var source: String

  public init(
    position: SIMD3<Double>, direction: SIMD3<Double>? = nil, frame: String, source: String
  ) {
    self.position = position
    self.direction = direction
    self.frame = frame
    self.source = source
  }
}
