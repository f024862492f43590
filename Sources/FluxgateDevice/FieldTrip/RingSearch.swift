/// Finds, by halving, the oldest sample that a server's ring still holds.
///
/// The ring moves on while it is searched, so the answer lies a quarter of a second above what was
/// found: the loss is counted from where reading goes on, and that is exact whatever was skipped.
struct RingSearch {
  /// Known to be gone, and believed to be held.
  private var gone: Int
  private var held: Int
  private let margin: Int

  init(gone: Int, newest: Int, rate: Double) {
    self.gone = gone
    held = max(gone + 1, newest)
    margin = max(1, Int(rate / 4))
  }

  /// The sample to ask for next; nil when the search is over.
  var probe: Int? { held - gone > margin ? gone + (held - gone) / 2 : nil }

  mutating func note(_ sample: Int, isHeld: Bool) {
    if isHeld { held = sample } else { gone = sample }
  }

  /// Where reading goes on; `end` is one behind the newest sample.
  func start(before end: Int) -> Int { min(held + margin, end) }
}
