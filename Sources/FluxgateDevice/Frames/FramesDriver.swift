/// Reads any device with ordinary fixed framing from its profile alone.
public enum FramesDriver {
  /// The reader lets no profile of this driver through without `frames` and `rate`.
  public static func make(_ setup: DriverSetup) -> Driver {
    guard let profile = setup.profile, let format = profile.frames, let rate = profile.rate else {
      preconditionFailure("a profile of the frames driver has `frames` and `rate`")
    }
    let phase = FramePhase()
    return Driver(
      framer: FrameFinder(format, phase: phase),
      decoder: FrameDecoder(
        profile: profile, format: format, rate: rate, category: setup.category, phase: phase))
  }
}
