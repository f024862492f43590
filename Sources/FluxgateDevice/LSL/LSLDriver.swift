/// Reads one Lab Streaming Layer stream (protocol 1.10): helmets, amplifiers and programs that offer
/// one.
///
/// Settings: `kind` and `unit` of channels that do not say their own,
/// `buffer_seconds` (how much the stream shall keep for us; 360).
public enum LSLDriver {
  public static func make(_ setup: DriverSetup) -> Driver {
    Driver(framer: LSLFramer(), decoder: LSLDecoder(setup: setup))
  }
}
