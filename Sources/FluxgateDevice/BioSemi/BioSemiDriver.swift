/// Reads a BioSemi ActiveTwo through its USB receiver.
///
/// Settings: `montage` (`pins`, `10-20-32`, `10-20-64`), `channels` (pins kept of each box), `exg` and
/// `sensors` (names with commas between, or `off`), `input-box` (`on` or `off`).
enum BioSemiDriver {
  static func make(_ setup: DriverSetup) -> Driver {
    Driver(framer: BioSemiFramer(), decoder: BioSemiDecoder(setup: setup))
  }
}
