internal import FluxgateSignal

/// Looks for one profile's signs in what a line says.
final class ProbeEar {
  let name: String
  private let script: ProbeScript
  private let heard: PatternMatcher?
  private let answer: PatternMatcher?
  private var replies: ReplyCutter
  private var frames: FrameBuffer
  private var frameCount = 0
  private(set) var hasHeard = false
  private(set) var hasAnswered = false

  init(_ profile: DeviceProfile, _ script: ProbeScript) {
    name = profile.name
    self.script = script
    heard = script.hears.map(PatternMatcher.init)
    answer = script.expect.map(PatternMatcher.init)
    replies = ReplyCutter(end: script.replyEnd)
    let setup = DriverSetup(category: profile.category, settings: profile.settings)
    frames = FrameBuffer(framer: DriverTable.make(profile, setup).framer)
  }

  func isHeard(_ bytes: [UInt8], _ count: Int) -> Bool {
    frames.feed(bytes, count: count, frame: { _ in frameCount += 1 }, skip: { _, _ in })
    if let wanted = script.frames, frameCount >= wanted { hasHeard = true }
    if holds(heard, bytes, count) { hasHeard = true }
    return hasHeard
  }

  func isAnswered(_ bytes: [UInt8], _ count: Int) -> Bool {
    if holds(answer, bytes, count) { hasAnswered = true }
    return hasAnswered
  }

  private func holds(_ matcher: PatternMatcher?, _ bytes: [UInt8], _ count: Int) -> Bool {
    guard let matcher else { return false }
    var isFound = false
    // SAFETY: the span is used only while `bytes` lives.
    unsafe replies.take(bytes.span.bytes.extracting(0..<count)) { reply in
      isFound = isFound || matcher.isFound(in: reply)
    }
    return isFound
  }
}
