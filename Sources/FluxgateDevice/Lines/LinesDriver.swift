/// Reads any device that sends its samples as lines of ASCII, from its profile alone.
public enum LinesDriver {
  /// The reader lets no profile of this driver through without `lines` and `rate`.
  public static func make(_ setup: DriverSetup) -> Driver {
    guard let profile = setup.profile, let format = profile.lines, let rate = profile.rate else {
      preconditionFailure("a profile of the lines driver has `lines` and `rate`")
    }
    return Driver(
      framer: LineFramer(end: format.end, longest: format.longest),
      decoder: LinesDecoder(profile: profile, format: format, rate: rate, setup.category))
  }
}
