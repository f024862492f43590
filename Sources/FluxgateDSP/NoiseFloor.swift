/// The noise density of one channel at a time, for the screen: the square root of the median of
/// the power spectral density over a band, in units of the input per root hertz.
///
/// Welch's method: periodic Hann window, segments overlapping by half, each one's mean removed,
/// one-sided density, averaged (`scipy.signal.welch` with its defaults and this segment length).
/// The median passes over a line or a brain rhythm within the band. Tables and buffers are made
/// once; one value belongs to one thread.
public struct NoiseFloor: Sendable {
  public let rate: Double
  public let segmentLength: Int
  /// The bins whose density counts: `k * rate / segmentLength` hertz.
  public let bins: Range<Int>
  /// One-sided density per bin of the last estimate, units² per hertz; `segmentLength / 2 + 1`.
  public private(set) var density: [Double]

  private let transform: FourierTransform
  private let window: [Double]
  private var work: [Complex]
  private var inBand: [Double]

  /// Nil when the band holds no bin between zero and the Nyquist frequency.
  ///
  /// - Parameter rate: samples a second.
  /// - Parameter segmentLength: a power of two, 8 to 65,536.
  /// - Parameter band: hertz; both ends count.
  public init?(rate: Double, segmentLength: Int, band: ClosedRange<Double>) {
    guard (8...65_536).contains(segmentLength), segmentLength & (segmentLength - 1) == 0,
      rate > 0, rate.isFinite, band.lowerBound >= 0, band.upperBound <= rate / 2
    else { return nil }
    let width = rate / Double(segmentLength)
    let first = max(1, Int((band.lowerBound / width).rounded(.up)))
    let last = min(segmentLength / 2 - 1, Int((band.upperBound / width).rounded(.down)))
    guard first <= last else { return nil }
    self.rate = rate
    self.segmentLength = segmentLength
    bins = first..<(last + 1)
    density = Array(repeating: 0, count: segmentLength / 2 + 1)
    transform = FourierTransform(length: segmentLength)
    window = (0..<segmentLength).map {
      0.5 - 0.5 * HalfTurns.cosine(2 * Double($0) / Double(segmentLength))
    }
    work = Array(repeating: Complex(0), count: segmentLength)
    inBand = Array(repeating: 0, count: bins.count)
  }

  /// Nil when there is not one whole segment, or a sample is not finite.
  public mutating func estimate(_ samples: Span<Double>) -> Double? {
    let hop = segmentLength / 2
    guard samples.count >= segmentLength else { return nil }
    for bin in density.indices { density[bin] = 0 }
    let segmentCount = (samples.count - segmentLength) / hop + 1
    for segment in 0..<segmentCount { addSegment(samples, at: segment * hop) }
    scaleDensity(segmentCount: segmentCount)
    let median = medianInBand()
    return median.isFinite ? median.squareRoot() : nil
  }

  /// ``estimate(_:)-(Span<Double>)`` of an array.
  public mutating func estimate(_ samples: [Double]) -> Double? { estimate(samples.span) }

  private mutating func addSegment(_ samples: Span<Double>, at start: Int) {
    var sum = 0.0
    for index in 0..<segmentLength { sum += samples[start + index] }
    let mean = sum / Double(segmentLength)
    for index in 0..<segmentLength {
      work[index] = Complex((samples[start + index] - mean) * window[index])
    }
    transform.run(&work)
    for bin in density.indices { density[bin] += work[bin].squaredMagnitude }
  }

  /// The sum of the squared periodic Hann window is 3/8 of its length.
  private mutating func scaleDensity(segmentCount: Int) {
    let scale = 1 / (rate * 0.375 * Double(segmentLength) * Double(segmentCount))
    for bin in density.indices {
      let sides = bin == 0 || bin == segmentLength / 2 ? 1.0 : 2.0
      density[bin] *= sides * scale
    }
  }

  private mutating func medianInBand() -> Double {
    for (index, bin) in bins.enumerated() { inBand[index] = density[bin] }
    guard inBand.allSatisfy(\.isFinite) else { return .nan }
    inBand.sort()
    let middle = inBand.count / 2
    return inBand.count % 2 == 1 ? inBand[middle] : (inBand[middle - 1] + inBand[middle]) / 2
  }
}
