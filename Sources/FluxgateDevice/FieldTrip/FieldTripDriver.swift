/// Reads a FieldTrip real-time buffer (TCP 1972): CTF, MEGIN, KIT and OPM cabinets with a bridge.
///
/// Settings: `unit` (of resolution x sample; "T"), `kind` (of all channels but triggers; "mag").
public enum FieldTripDriver {
  public static func make(_ setup: DriverSetup) -> Driver {
    let expectation = FieldTripExpectation()
    return Driver(
      framer: FieldTripFramer(expectation: expectation),
      decoder: FieldTripDecoder(setup: setup, expectation: expectation))
  }
}
