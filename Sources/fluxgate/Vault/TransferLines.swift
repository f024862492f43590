import Fluxgate

/// Progress of a push or pull: a line at each tenth of the way, and at the end.
struct TransferLines {
  private var shownTenths = -1

  mutating func show(_ name: String, done: Int, total: Int) {
    let tenths = total > 0 ? done * 10 / total : 10
    guard tenths > shownTenths else { return }
    shownTenths = tenths
    let count = StatusText.right("\(done)", "\(total)".count)
    Console.say("  \(count) of \(total)  \(Self.short(name))")
  }

  /// Names hold digests of 64 digits; their beginning is enough for an eye.
  private static func short(_ name: String) -> String {
    name.count <= 48 ? name : "\(name.prefix(45))..."
  }
}
