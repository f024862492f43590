/// What makes a definition buildable at a rate and for a number of channels.
extension ChainDefinition {
  func check(channelCount: Int, rate: Double) throws(ChainError) {
    guard rate > 0, rate.isFinite else { throw .rate(rate) }
    guard (1...ChainLimits.channels).contains(channelCount) else {
      throw .channelCount(channelCount)
    }
    guard !stages.isEmpty, stages.count <= ChainLimits.stages else { throw .misplaced(stage: 0) }
    for (index, stage) in stages.enumerated() {
      try checkPlace(stage, index)
      try check(stage, index, channelCount: channelCount, rate: rate)
    }
  }

  private func checkPlace(_ stage: Stage, _ index: Int) throws(ChainError) {
    let isLast = index == stages.count - 1
    var isAllowed = !isLast
    if case .calibrate = stage { isAllowed = index == 0 && !isLast }
    if case .decimate = stage { isAllowed = isLast }
    guard isAllowed else { throw .misplaced(stage: index) }
  }

  private func check(
    _ stage: Stage, _ index: Int, channelCount: Int, rate: Double
  ) throws(ChainError) {
    switch stage {
    case .calibrate(let scale, let offset):
      try check(scale, index, channelCount)
      try check(offset, index, channelCount)
    case .notch(let frequency, let q, let harmonics):
      try check(Double(harmonics), in: 1...Double(ChainLimits.harmonics), index)
      try check(q, in: 0.1...1e6, index)
      try check(hertz: frequency, below: Notch.highestPartOfRate * rate, index)
    case .bandpass(let order, let low, let high):
      try check(Double(order), in: 1...Double(ChainLimits.order), index)
      try check(hertz: high, below: rate / 2, index)
      try check(hertz: low, below: high, index)
    case .lowpass(let order, let cutoff), .highpass(let order, let cutoff):
      try check(Double(order), in: 1...Double(ChainLimits.order), index)
      try check(hertz: cutoff, below: rate / 2, index)
    case .decimate(let factor, let quantum):
      try check(Double(factor), in: 1...Double(ChainLimits.factor), index)
      try check(quantum, in: 1e-100...1e100, index)
    }
  }

  private func check(_ values: [Double], _ index: Int, _ channels: Int) throws(ChainError) {
    guard values.count == 1 || values.count == channels else {
      throw .calibrationCount(stage: index, expected: channels, found: values.count)
    }
    for value in values { try check(value, in: -1e100...1e100, index) }
  }

  private func check(
    _ value: Double, in range: ClosedRange<Double>, _ index: Int
  ) throws(ChainError) {
    guard range.contains(value) else { throw .parameter(stage: index, value: value) }
  }

  private func check(hertz: Double, below limit: Double, _ index: Int) throws(ChainError) {
    guard hertz > 0, hertz < limit else {
      throw .frequency(stage: index, hertz: hertz, limit: limit)
    }
  }
}
