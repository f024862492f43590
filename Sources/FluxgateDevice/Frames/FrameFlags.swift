internal import FluxgateSignal

/// Everything of a frame that becomes events: codes on a rail, and bits of a state.
///
/// Flags are gathered frame by frame and told of when their row is whole, as only then is its number
/// known.
struct FrameFlags {
  private let railed: [FrameColumn]
  private let states: [FrameState]
  private var holds: [Bool]
  private var watch: StateWatch

  init(_ format: FrameFormat) {
    railed = format.columns.filter { !$0.rails.isEmpty }
    states = format.states
    watch = StateWatch(labels: railed.map { "\($0.name) railed" } + states.map(\.label))
    holds = Array(repeating: false, count: railed.count + states.count)
  }

  mutating func gather(_ frame: RawSpan, part: Int) {
    for (index, column) in railed.enumerated() where column.part == part {
      let code = column.format.integer(in: frame, at: column.offset)
      holds[index] = code.map(column.rails.contains) ?? false
    }
    for (index, state) in states.enumerated() where state.part == part {
      holds[railed.count + index] = state.isSet(in: frame) ?? false
    }
  }

  /// - Parameter sample: the number of the row that is whole now.
  mutating func tell(sample: Int64, at now: HostTime, _ port: DevicePort) {
    for index in holds.indices {
      watch.note(index, holds[index], sample: sample, at: now, port)
    }
  }

  mutating func closeAll(before sample: Int64, at now: HostTime, _ port: DevicePort) {
    watch.closeAll(before: sample, at: now, port)
  }
}
