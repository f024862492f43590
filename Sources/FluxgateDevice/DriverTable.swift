/// The drivers that there are: a new one is one file of its own and one line here.
public enum DriverTable {
  public static func make(_ profile: DeviceProfile, _ setup: DriverSetup) -> Driver {
    var setup = setup
    setup.profile = profile
    var driver =
      switch profile.driver {
      case .fieldtrip: FieldTripDriver.make(setup)
      case .twinleaf: TwinleafDriver.make(setup)
      case .dexcomG4: DexcomDriver.make(setup)
      case .frames: FramesDriver.make(setup)
      case .lines: LinesDriver.make(setup)
      case .lsl: LSLDriver.make(setup)
      case .phd: PHDDriver.make(setup)
      case .biosemi: BioSemiDriver.make(setup)
      case .libre: LibreDriver.make(setup)
      }
    driver.geometry = profile.geometry
    return driver
  }
}
