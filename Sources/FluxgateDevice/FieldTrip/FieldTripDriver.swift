/// Reads a FieldTrip real-time buffer (TCP 1972): CTF, MEGIN, KIT and OPM cabinets with a bridge.
///
/// Settings: `unit` (of resolution x sample; "T") and `kind` ("mag") of the channels of which the
/// server says nothing; `byte-order`: `little` or `big` where the server's is known, else it is found.
public enum FieldTripDriver {
  public static func make(_ setup: DriverSetup) -> Driver {
    let expectation = FieldTripExpectation()
    let order = setup.settings["byte-order"]
    expectation.order = order == "big" ? .big : .little
    expectation.mayChangeOrder = order != "big" && order != "little"
    return Driver(
      framer: FieldTripFramer(expectation: expectation),
      decoder: FieldTripDecoder(setup: setup, expectation: expectation))
  }
}
