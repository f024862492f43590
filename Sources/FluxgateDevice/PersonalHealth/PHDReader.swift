/// Walks through the bytes of a message: MDER, so big-endian numbers and counted lists, nothing else.
///
/// What is not there reads as zero or empty and makes ``isWhole`` false, so that a message is judged
/// once, when all of it has been read.
struct PHDReader: ~Escapable {
  private let bytes: RawSpan
  private var place = 0
  private var end: Int
  private(set) var isWhole = true

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) {
    self.bytes = bytes
    end = bytes.byteCount
  }

  var remaining: Int { end - place }

  mutating func u8() -> UInt8 { take(1).flatMap { bytes.u8(at: $0) } ?? 0 }

  mutating func u16() -> UInt16 { take(2).flatMap { bytes.u16(bigEndianAt: $0) } ?? 0 }

  mutating func u32() -> UInt32 { take(4).flatMap { bytes.u32(bigEndianAt: $0) } ?? 0 }

  /// The `count` bytes that follow, as a reader of their own.
  @_lifetime(copy self)
  mutating func part(_ count: Int) -> PHDReader {
    let start = take(count) ?? end
    var part = self
    part.place = start
    part.end = min(start + count, end)
    return part
  }

  /// A length and so many bytes.
  @_lifetime(copy self)
  mutating func octets() -> PHDReader {
    let count = Int(u16())
    return part(count)
  }

  /// Head of a list: how many entries there are, after a check that their bytes are there.
  mutating func listCount(most: Int) -> Int {
    let count = Int(u16())
    let length = Int(u16())
    if count > most || length > remaining { isWhole = false }
    return isWhole ? count : 0
  }

  /// All that is left, as printable text.
  mutating func text() -> String {
    var text = ""
    while remaining > 0 && text.utf8.count < 128 {
      let byte = u8()
      if (0x20..<0x7F).contains(byte) { text.unicodeScalars.append(Unicode.Scalar(byte)) }
    }
    return text
  }

  private mutating func take(_ count: Int) -> Int? {
    guard isWhole, count <= remaining else {
      isWhole = false
      return nil
    }
    defer { place += count }
    return place
  }
}
