/// Which device of a USB capture is meant: one bus carries many.
public struct USBCaptureChoice: Sendable, Hashable {
  public var settings: USBLinkSettings
  /// The numbers that its descriptor may have; empty for any.
  public var numbers: [USBNumbers]

  public init(settings: USBLinkSettings, numbers: [USBNumbers] = []) {
    self.settings = settings
    self.numbers = numbers
  }
}
