/// Reads Abbott FreeStyle Libre readers over USB.
///
/// Settings: `model` (`libre`, `libre-pro`, `libre-2`), `poll_seconds` (30...86400, 900 unless told),
/// `keys` (a file with the maker's keys, for the Libre 2).
enum LibreDriver {
  static func make(_ setup: DriverSetup) -> Driver {
    Driver(framer: LibreFramer(), decoder: LibreDecoder(setup: setup))
  }
}
