/// Cuts a receiver's bytes into runs of whole sweeps.
///
/// A sweep has no number and no checksum, and a channel that reads -1 code looks like the sync word.
/// So one sync word proves nothing: in step, a sweep counts only when the next one begins where it
/// should, in the same mode; out of step, four syncs must lie one sweep apart with the same mode
/// behind each. What lies between is handed on as skipped.
struct BioSemiFramer: Framer {
  private static let proofs = 4
  /// Long enough that most reads are one run.
  static let longestRun = 1 << 15

  /// The mode in step; nil while searching.
  private var mode: BioSemiMode?

  var longestFrame: Int { Self.longestRun }

  mutating func judge(_ bytes: RawSpan) -> FrameVerdict {
    if let mode, let verdict = run(in: bytes, mode) { return verdict }
    mode = nil
    return search(bytes)
  }

  mutating func reset() { mode = nil }

  /// Counts the sweeps that the next one confirms; nil when the first is not one.
  private func run(in bytes: RawSpan, _ mode: BioSemiMode) -> FrameVerdict? {
    guard let size = mode.wordCount.map({ $0 * 4 }) else { return nil }
    guard bytes.byteCount >= size + 8 else { return .needMore(atLeast: size + 8) }
    guard Self.mode(of: bytes, at: 0) == mode else { return nil }
    var end = 0
    while end + size <= Self.longestRun, Self.mode(of: bytes, at: end + size) == mode {
      end += size
    }
    if end > 0 { return .frame(byteCount: end) }
    // A damaged sync word alone moves nothing: the sweeps behind it still lie where they should.
    guard bytes.byteCount >= 3 * size + 8 else { return .needMore(atLeast: 3 * size + 8) }
    let isInStep = (2...3).allSatisfy { Self.mode(of: bytes, at: $0 * size) == mode }
    return isInStep ? .frame(byteCount: size) : nil
  }

  private mutating func search(_ bytes: RawSpan) -> FrameVerdict {
    var offset = 0
    while let place = Self.nextSync(in: bytes, from: offset) {
      switch proof(of: bytes, at: place) {
      case .sound(let found):
        mode = found
        // Judged anew in step, from here.
        return place > 0
          ? .skip(byteCount: place, .noise) : run(in: bytes, found) ?? .skip(byteCount: 1, .noise)
      case .open(let needed):
        return place > 0 ? .skip(byteCount: place, .noise) : .needMore(atLeast: needed)
      case .none: offset = place + 1
      }
    }
    // Three bytes may be the start of a sync word.
    let kept = min(3, bytes.byteCount)
    let passed = max(offset, bytes.byteCount - kept)
    return passed > 0 ? .skip(byteCount: passed, .noise) : .needMore(atLeast: kept + 1)
  }

  private enum Proof {
    case sound(BioSemiMode)
    case open(needed: Int)
    case none
  }

  private func proof(of bytes: RawSpan, at place: Int) -> Proof {
    guard bytes.byteCount >= place + 8 else { return .open(needed: 8) }
    guard let mode = Self.mode(of: bytes, at: place), let words = mode.wordCount else {
      return .none
    }
    for step in 1..<Self.proofs {
      let next = place + step * words * 4
      guard bytes.byteCount >= next + 8 else { return .open(needed: next + 8 - place) }
      guard Self.mode(of: bytes, at: next) == mode else { return .none }
    }
    return .sound(mode)
  }

  /// The mode of the sweep that begins at `offset`; nil where none can begin.
  private static func mode(of bytes: RawSpan, at offset: Int) -> BioSemiMode? {
    guard bytes.u32(at: offset) == BioSemiMode.syncWord, let word = bytes.u32(at: offset + 4),
      word & 0xFF == 0
    else { return nil }
    return BioSemiMode(BioSemiStatus(word: word))
  }

  private static func nextSync(in bytes: RawSpan, from start: Int) -> Int? {
    var offset = start
    while let word = bytes.u32(at: offset) {
      if word == BioSemiMode.syncWord { return offset }
      offset += 1
    }
    return nil
  }
}
