/// The drivers that there are: a new one is one file of its own and one line here.
public enum DriverTable {
  public static func make(_ profile: DeviceProfile, _ setup: DriverSetup) -> Driver {
    var setup = setup
    setup.profile = profile
    return switch profile.driver {
    case .biosemi: BioSemiDriver.make(setup)
    case .fieldtrip: FieldTripDriver.make(setup)
    case .twinleaf: TwinleafDriver.make(setup)
    case .libre: LibreDriver.make(setup)
    case .dexcomG4: DexcomDriver.make(setup)
    }
  }
}
