/// Finds frames of a fixed length so that damage costs the damaged frames and no other.
///
/// Sync and end bytes occur in data too. A place that fails its own checks costs one byte, never a
/// frame's length. A place that passes them is a frame at once when it has a checksum or counts on
/// from the last good frame; else it is one when the next frame follows it. Where neither holds (noise
/// comes next, or several frames are missing) it is a frame unless a better confirmed place lies
/// within it.
struct FrameFinder: Framer {
  private let format: FrameFormat
  private let phase: FramePhase
  private var lastCounter: UInt64?

  init(_ format: FrameFormat, phase: FramePhase = FramePhase()) {
    self.format = format
    self.phase = phase
  }

  var longestFrame: Int { isSure ? format.length : 2 * format.length + confirmationSpan }

  mutating func reset() { lastCounter = nil }

  mutating func judge(_ bytes: RawSpan) -> FrameVerdict { judge(bytes, isLast: false) }

  mutating func judgeLast(_ bytes: RawSpan) -> FrameVerdict { judge(bytes, isLast: true) }

  private mutating func judge(_ bytes: RawSpan, isLast: Bool) -> FrameVerdict {
    if phase.isTalking {
      reset()
      return .frame(byteCount: 1)
    }
    guard startsLike(bytes, at: 0) else { return skipNoise(bytes) }
    guard bytes.byteCount >= format.length else {
      return isLast ? .skip(byteCount: bytes.byteCount, nil) : .needMore(atLeast: format.length)
    }
    if let fault = fault(bytes, at: 0) { return .skip(byteCount: 1, fault) }
    return trust(bytes, isLast: isLast)
  }

  private mutating func trust(_ bytes: RawSpan, isLast: Bool) -> FrameVerdict {
    if isSure || countsOn(bytes) { return accept(bytes) }
    let next = format.length + confirmationSpan
    if bytes.byteCount < next, !isLast { return .needMore(atLeast: next) }
    if isConfirmed(bytes, at: 0) { return accept(bytes) }
    if isOutOfOrder(bytes) { return .skip(byteCount: 1, .noise) }
    let all = 2 * format.length + confirmationSpan
    if bytes.byteCount < all, !isLast { return .needMore(atLeast: all) }
    return hasBetterPlace(bytes) ? .skip(byteCount: 1, .noise) : accept(bytes)
  }

  private mutating func accept(_ bytes: RawSpan) -> FrameVerdict {
    lastCounter = format.counter?.read(bytes)
    return .frame(byteCount: format.length)
  }

  private mutating func skipNoise(_ bytes: RawSpan) -> FrameVerdict {
    var count = 1
    while count < bytes.byteCount, !startsLike(bytes, at: count) { count += 1 }
    return .skip(byteCount: count, .noise)
  }

  private var isSure: Bool { format.checksum != nil || !format.confirmsWithNext }

  /// Bytes of the next frame that tell whether it is one.
  private var confirmationSpan: Int {
    guard let counter = format.counter else { return format.sync.count }
    return max(format.sync.count, counter.offset + counter.format.byteCount)
  }

  private func countsOn(_ bytes: RawSpan) -> Bool {
    guard let counter = format.counter, let lastCounter else { return false }
    return counter.read(bytes) == counter.after(lastCounter)
  }

  /// Whether the bytes from `offset` on can begin a frame, as far as they are there.
  private func startsLike(_ bytes: RawSpan, at offset: Int) -> Bool {
    for (index, byte) in format.sync.enumerated() {
      guard let found = bytes.u8(at: offset + index) else { return true }
      if found != byte { return false }
    }
    return true
  }

  /// What is wrong with the frame at `offset`, which lies wholly in the bytes.
  private func fault(_ bytes: RawSpan, at offset: Int) -> FramingFault? {
    let frame = bytes.extracting(offset..<offset + format.length)
    if let end = format.end, !end.contains(frame.u8(at: format.length - 1) ?? 0) { return .noise }
    for mark in format.marks where (frame.u8(at: mark.offset) ?? 0) & mark.mask != mark.value {
      return .noise
    }
    if let counter = format.counter, (counter.read(frame) ?? 0) >= counter.modulus { return .noise }
    if let checksum = format.checksum, !checksum.holds(in: frame) { return .badChecksum }
    return nil
  }

  /// Whether the frame at `offset` is followed by the next one.
  private func isConfirmed(_ bytes: RawSpan, at offset: Int) -> Bool {
    let next = offset + format.length
    guard bytes.byteCount >= next + confirmationSpan, startsLike(bytes, at: next) else {
      return false
    }
    guard let counter = format.counter,
      let value = counter.read(bytes.extracting(offset..<next))
    else { return true }
    return counter.read(bytes.extracting(next..<bytes.byteCount)) == counter.after(value)
  }

  /// Whether the frame that follows counts from the last good one on to less than this one does: it is
  /// this one's number that is damaged, or its place.
  private func isOutOfOrder(_ bytes: RawSpan) -> Bool {
    let next = format.length
    guard let counter = format.counter, let lastCounter,
      bytes.byteCount >= next + confirmationSpan, startsLike(bytes, at: next),
      let here = counter.read(bytes),
      let there = counter.read(bytes.extracting(next..<bytes.byteCount)),
      there < counter.modulus
    else { return false }
    func ahead(_ value: UInt64) -> UInt64 {
      (value + counter.modulus - lastCounter) % counter.modulus
    }
    return ahead(there) <= ahead(here)
  }

  private func hasBetterPlace(_ bytes: RawSpan) -> Bool {
    for offset in 1..<format.length {
      guard bytes.byteCount >= offset + format.length else { return false }
      if startsLike(bytes, at: offset), fault(bytes, at: offset) == nil,
        isConfirmed(bytes, at: offset)
      {
        return true
      }
    }
    return false
  }
}

/// Whether a device still answers in text or already sends frames; its framer and its decoder share it.
final class FramePhase {
  var isTalking = false
}
