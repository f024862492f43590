internal import FluxgateKernels

/// From the definition to coefficients.
extension ChainDefinition {
  func sections(rate: Double) -> [Biquad] { stages.flatMap { $0.sections(rate: rate) } }

  /// False when some stage removes a constant, so that the baseline need not be added again.
  var passesLevel: Bool {
    stages.allSatisfy { stage in
      switch stage {
      case .bandpass, .highpass: false
      case .calibrate, .notch, .lowpass, .decimate: true
      }
    }
  }

  var calibration: (scale: [Double], offset: [Double]) {
    guard case .calibrate(let scale, let offset)? = stages.first else { return ([1], [0]) }
    return (scale, offset)
  }
}

extension ChainDefinition.Stage {
  fileprivate func sections(rate: Double) -> [Biquad] {
    switch self {
    case .calibrate, .decimate: []
    case .notch(let frequency, let q, let harmonics):
      Notch.sections(frequency: frequency, q: q, harmonics: harmonics, rate: rate)
    case .bandpass(let order, let low, let high):
      Butterworth.bandpass(order: order, low: low, high: high, rate: rate)
    case .lowpass(let order, let cutoff):
      Butterworth.lowpass(order: order, cutoff: cutoff, rate: rate)
    case .highpass(let order, let cutoff):
      Butterworth.highpass(order: order, cutoff: cutoff, rate: rate)
    }
  }
}
