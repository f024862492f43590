import Fluxgate

/// A session's state as lines of at most 80 columns.
enum StatusText {
  static func lines(_ status: SessionStatus) -> [String] {
    var lines = [header(status)]
    lines.append("stream                 rate/s   expected      stored    lost   ppm  ring")
    lines += status.streams.map(stream)
    lines.append(disk(status))
    lines.append(seal(status))
    if let plug = status.lastPlug { lines.append(String("plugs   \(plug)".prefix(80))) }
    lines += verdict(status)
    return lines
  }

  /// The line that a technician looks at.
  static func verdict(_ status: SessionStatus) -> [String] {
    TextBlock.wrap(
      (status.isSafe ? "SAFE      " : "NOT SAFE  ") + status.reason, columns: 80, hanging: 10)
  }

  static func pad(_ text: String, _ width: Int) -> String {
    text.count >= width
      ? String(text.prefix(width))
      : text + String(repeating: " ", count: width - text.count)
  }

  static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  /// A number with so many decimals, without Foundation's locale.
  static func number(_ value: Double?, decimals: Int = 1) -> String {
    guard let value, value.isFinite, abs(value) < 1e15 else { return "-" }
    let scale = decimals == 0 ? 1.0 : (1...decimals).reduce(1.0) { power, _ in power * 10 }
    let whole = Int64((abs(value) * scale).rounded())
    let sign = value < 0 && whole > 0 ? "-" : ""
    let (high, low) = whole.quotientAndRemainder(dividingBy: Int64(scale))
    if decimals == 0 { return "\(sign)\(high)" }
    let digits = String(low)
    return "\(sign)\(high)." + String(repeating: "0", count: decimals - digits.count) + digits
  }

  static func bytes(_ count: Double) -> String {
    switch count {
    case ..<1e3: "\(number(count, decimals: 0)) B"
    case ..<1e6: "\(number(count / 1e3)) kB"
    case ..<1e9: "\(number(count / 1e6)) MB"
    default: "\(number(count / 1e9)) GB"
    }
  }

  static func duration(_ seconds: Double?) -> String {
    guard let seconds, seconds.isFinite else { return "-" }
    let whole = Int(min(seconds, 1e9))
    if whole >= 172_800 { return "\(whole / 86_400) days" }
    let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
    return "\(two(whole / 3600)):\(two(whole / 60 % 60)):\(two(whole % 60))"
  }

  private static func header(_ status: SessionStatus) -> String {
    "fluxgate \(duration(status.seconds))  process \(status.process)"
  }

  private static func stream(_ stream: SessionStatus.Stream) -> String {
    let name = pad("\(stream.device).\(stream.name)", 20)
    let rate = right(number(stream.rate), 9)
    let expected = right(number(stream.expectedRate), 11)
    let stored = right(String(stream.accepted), 12)
    let lost = right(String(stream.lost), 8)
    let ppm = right(number(stream.clockPartsPerMillion, decimals: 0), 6)
    let ring = right("\(Int(stream.ringFill * 100))%", 6)
    return name + rate + expected + stored + lost + ppm + ring
  }

  private static func disk(_ status: SessionStatus) -> String {
    "disk    \(bytes(status.bytesPerSecond))/s written, \(bytes(Double(status.diskFree))) free, "
      + "lasts \(duration(status.diskSecondsLeft))"
  }

  private static func seal(_ status: SessionStatus) -> String {
    let line =
      "sealed  \(status.sealedChunks) chunks; segments \(status.segmentsClosed) closed, "
      + "\(status.segmentsAnchored) anchored, \(status.segmentsDelivered) delivered; "
      + "p50/p99 \(number(status.latencyMilliseconds50, decimals: 0))/"
      + "\(number(status.latencyMilliseconds99, decimals: 0)) ms"
    return String(line.prefix(80))
  }
}
