public import FluxgateSignal

/// One go through a start-up script, without clock or wires: lines and moments in, bytes out.
///
/// Hand it every whole line that the device sends (or, where replies end otherwise, cut them with a
/// ``ReplyCutter`` first) and wake it at `nextWake`. Belongs to the acquisition thread. What it keeps is
/// bounded: `BoundedPattern.mostGroups` captures of 64 bytes a step.
public final class StartupRun {
  private static let longestCapture = 64

  private let script: StartupScript
  private let matchers: [StepMatchers]
  private var place = 0
  private var deadline: HostTime?
  private var settling: [SettlingValue] = []
  public private(set) var hasBegun = false
  /// What went wrong, in words for the technician. A failed run does nothing more.
  public private(set) var failure: String?
  /// Named captures of all steps, made of printable characters; a later one replaces an earlier.
  public private(set) var captures: [String: String] = [:]

  public init(_ script: StartupScript) {
    self.script = script
    matchers = script.steps.map(StepMatchers.init)
  }

  public var isDone: Bool { hasBegun && failure == nil && place == script.steps.count }
  public var isUnderWay: Bool { hasBegun && failure == nil && place < script.steps.count }

  /// When `wake` wants to be called; nil for never.
  public var nextWake: HostTime? { isUnderWay ? deadline : nil }

  /// Starts with the first step, also after an earlier go.
  public func begin(at now: HostTime, port: DevicePort) {
    hasBegun = true
    failure = nil
    captures = [:]
    place = 0
    port.board.startUpTime = script.longest
    enter(at: now, port)
  }

  /// Judges one line or reply, without what ended it.
  public func take(_ line: RawSpan, at now: HostTime, port: DevicePort) {
    guard isUnderWay else { return }
    switch script.steps[place] {
    case .expect(let step): judge(line, step, at: now, port)
    case .settle(let step): settle(line, step, at: now, port)
    case .send, .wait: return
    }
  }

  /// A wait is over, or the time of a step.
  public func wake(at now: HostTime, port: DevicePort) {
    guard let due = nextWake, due <= now else { return }
    switch script.steps[place] {
    case .expect(let step): failure = step.otherwise
    case .settle(let step): failure = step.otherwise
    case .send, .wait: advance(at: now, port)
    }
  }

  /// Does what can be done at once, up to a step that has to wait.
  private func enter(at now: HostTime, _ port: DevicePort) {
    while place < script.steps.count {
      let step = script.steps[place]
      if case .send(let bytes) = step {
        port.send(bytes)
        place += 1
        continue
      }
      if case .settle(let step) = step {
        settling = step.patterns.map { _ in SettlingValue() }
      }
      if let otherwise = step.otherwise {
        _ = port.board.startUpSteps.append(
          StartupWait(longest: step.longest, otherwise: otherwise))
      }
      deadline = now.advanced(by: step.longest)
      return
    }
  }

  private func advance(at now: HostTime, _ port: DevicePort) {
    place += 1
    enter(at: now, port)
  }

  private func judge(
    _ line: RawSpan, _ step: ExpectStep, at now: HostTime, _ port: DevicePort
  ) {
    let matchers = matchers[place]
    if let refusing = matchers.refusing, refusing.isFound(in: line) {
      failure = step.otherwise
    } else if let expected = matchers.awaited.first, expected.isFound(in: line) {
      keepCaptures(of: expected, line)
      advance(at: now, port)
    }
  }

  private func settle(
    _ line: RawSpan, _ step: SettleStep, at now: HostTime, _ port: DevicePort
  ) {
    for (index, matcher) in matchers[place].awaited.enumerated() where matcher.isFound(in: line) {
      guard let value = matcher.number("value", in: line) else { continue }
      settling[index].take(value, at: now, below: step.below)
    }
    if settling.allSatisfy({ $0.steadyTimes >= step.times }) { advance(at: now, port) }
  }

  private func keepCaptures(of matcher: PatternMatcher, _ line: RawSpan) {
    for name in matcher.pattern.groups {
      if let text = matcher.text(name, in: line, longest: Self.longestCapture) {
        captures[name] = text
      }
    }
  }
}

/// The matchers of one step, made before anything flows.
private struct StepMatchers {
  var awaited: [PatternMatcher] = []
  var refusing: PatternMatcher?

  init(_ step: StartupStep) {
    switch step {
    case .expect(let step):
      awaited = [PatternMatcher(step.pattern)]
      refusing = step.refuseIf.map(PatternMatcher.init)
    case .settle(let step): awaited = step.patterns.map(PatternMatcher.init)
    case .send, .wait: break
    }
  }
}

/// One value that shall come to rest.
private struct SettlingValue {
  private var last: (value: Double, time: HostTime)?
  private(set) var steadyTimes = 0

  mutating func take(_ value: Double, at now: HostTime, below limit: Double) {
    defer { last = (value, now) }
    guard let last else { return }
    let step = Double(now.since(last.time)) / 1e9
    // Lines that come in one lump say nothing of a rate: the earlier value stays the one to compare.
    guard step > 0 else { return steadyTimes = value == last.value ? steadyTimes : 0 }
    steadyTimes = abs(value - last.value) / step < limit ? steadyTimes + 1 : 0
  }
}
