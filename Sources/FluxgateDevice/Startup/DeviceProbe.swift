internal import FluxgateSignal
public import FluxgateTransport

/// Finds out by listening, and only then by asking, whether a line is a profile's device.
///
/// It can be made only for a device that the profile claims, so that no byte goes to another's.
public struct DeviceProbe {
  public enum Outcome: Sendable, Hashable {
    /// The device said so by itself.
    case heard
    /// It answered the profile's question.
    case answered
    /// Bytes came, none of them this device's.
    case other(byteCount: Int)
    case silent
  }

  private let script: ProbeScript
  private let profile: DeviceProfile

  /// Nil where the profile has no `probe:` or its `match` does not claim the USB device.
  public init?(_ profile: DeviceProfile, device: USBNumbers, product: String) {
    guard let script = profile.probe, profile.match.fits(device, product: product) else {
      return nil
    }
    self.script = script
    self.profile = profile
  }

  /// Listens, then asks. Takes at most the script's `listen` and `within`.
  public func run(over link: any Transport) throws(TransportError) -> Outcome {
    let ear = ProbeEar(profile, script)
    let silence = link.now.advanced(by: script.listen)
    if try listen(link, until: silence, for: ear.isHeard) { return .heard }
    guard !script.send.isEmpty else { return ear.nothing }
    try link.write(script.send)
    let end = link.now.advanced(by: script.within)
    return try listen(link, until: end, for: ear.isAnswered) ? .answered : ear.nothing
  }

  private func listen(
    _ link: any Transport, until end: HostTime, for found: ([UInt8], Int) -> Bool
  ) throws(TransportError) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while link.now < end {
      let count = try link.read(into: &buffer, until: end).byteCount
      if count > 0, found(buffer, count) { return true }
    }
    return false
  }
}

/// Looks for a device's signs in what a line says.
private final class ProbeEar {
  private let script: ProbeScript
  private let heard: PatternMatcher?
  private let answer: PatternMatcher?
  private var replies: ReplyCutter
  private var frames: FrameBuffer
  private var frameCount = 0
  private var byteCount = 0

  init(_ profile: DeviceProfile, _ script: ProbeScript) {
    self.script = script
    heard = script.hears.map(PatternMatcher.init)
    answer = script.expect.map(PatternMatcher.init)
    replies = ReplyCutter(end: script.replyEnd)
    let setup = DriverSetup(category: profile.category, settings: profile.settings)
    frames = FrameBuffer(framer: DriverTable.make(profile, setup).framer)
  }

  var nothing: DeviceProbe.Outcome { byteCount == 0 ? .silent : .other(byteCount: byteCount) }

  func isHeard(_ bytes: [UInt8], _ count: Int) -> Bool {
    frames.feed(bytes, count: count, frame: { _ in frameCount += 1 }, skip: { _, _ in })
    if let wanted = script.frames, frameCount >= wanted { return true }
    return holds(heard, bytes, count)
  }

  func isAnswered(_ bytes: [UInt8], _ count: Int) -> Bool { holds(answer, bytes, count) }

  private func holds(_ matcher: PatternMatcher?, _ bytes: [UInt8], _ count: Int) -> Bool {
    byteCount += count
    guard let matcher else { return false }
    var isFound = false
    // SAFETY: the span is used only while `bytes` lives.
    unsafe replies.take(bytes.span.bytes.extracting(0..<count)) { reply in
      isFound = isFound || matcher.isFound(in: reply)
    }
    return isFound
  }
}
