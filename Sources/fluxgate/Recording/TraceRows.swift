import Fluxgate
import FluxgateDSP
import FluxgateKernels
import FluxgateSignal

/// Small traces, noise floors and health of the magnetometer streams, from copies of their blocks.
final class TraceRows {
  private var traces: [Trace]

  init(_ views: [StreamView]) {
    traces = views.filter { $0.description.measuresField && $0.description.rate != nil }
      .map(Trace.init)
  }

  func update() { for trace in traces { trace.update() } }

  func lines() -> [String] { traces.map { $0.line() } }
}

/// One stream's first channel as a row of bars, and what its channels say of themselves.
final class Trace {
  private static let bars = Array("▁▂▃▄▅▆▇█")
  private let view: StreamView
  private var reader: BlockRing.Reader
  private var window: [Double] = []
  private var noise: NoiseFloor?
  private var health: ChannelHealth?
  private let windowLength: Int

  init(_ view: StreamView) {
    self.view = view
    reader = view.blocks.claimReader()
    let rate = view.description.rate ?? 1
    windowLength = max(16, Int(rate * 4))
    var length = 64
    while Double(length * 2) <= rate { length *= 2 }
    noise = NoiseFloor(rate: rate, segmentLength: length, band: 3...min(20, max(4, rate / 2 - 1)))
    health = Self.health(view.description)
  }

  func update() {
    while reader.consume({ take($0) }) {}
    if window.count > windowLength { window.removeFirst(window.count - windowLength) }
  }

  func line() -> String {
    let name = StatusText.pad(view.description.channels[0].name, 12)
    let floor = noise?.estimate(window).map { " \(StatusText.number($0 * 1e15)) fT/√Hz" } ?? ""
    return "\(name) \(sparkline(36))\(floor)\(healthText())"
  }

  private func take(_ block: borrowing SampleBlock) {
    let channel = view.description.channels[0]
    guard let type = ElementType(rawValue: view.description.sampleType.rawValue) else { return }
    health?.observe(block.rows)
    for row in 0..<block.rowCount {
      let code = type.value(in: block.rows, at: row * view.description.rowByteCount)
      window.append(code * channel.scale + channel.offset)
    }
  }

  private func sparkline(_ width: Int) -> String {
    guard window.count >= width, let low = window.min(), let high = window.max() else { return "" }
    let step = window.count / width
    let span = high > low ? high - low : 1
    return String(
      (0..<width).map { place in
        let value = (window[place * step] - low) / span
        return Self.bars[max(0, min(7, Int(value * 7.99)))]
      })
  }

  private func healthText() -> String {
    guard let health else { return "" }
    let states = (0..<view.description.channels.count).map { health.state(ofChannel: $0) }
    let railed = states.filter(\.isRailed).count
    let flat = states.filter(\.isFlat).count
    return (railed > 0 ? "  railed \(railed)" : "") + (flat > 0 ? "  flat \(flat)" : "")
  }

  private static func health(_ stream: StreamDescription) -> ChannelHealth? {
    guard let type = ElementType(rawValue: stream.sampleType.rawValue), let rate = stream.rate
    else { return nil }
    let ranges = stream.channels.map { channel -> (Double, Double) in
      let range = channel.range > 0 ? channel.range : .infinity
      return (-range / channel.scale, range / channel.scale)
    }
    return ChannelHealth(
      type: type, channelCount: stream.channels.count,
      limits: ChannelHealth.Limits(
        low: ranges.map(\.0), high: ranges.map(\.1), flatSpan: 0,
        flatSampleCount: max(2, Int(rate)), guardSampleCount: 0))
  }
}
