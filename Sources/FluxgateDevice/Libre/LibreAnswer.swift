/// The text of one answer, gathered report by report until its end.
///
/// A message, `CKSM:` and eight hexadecimal digits, then `CMD OK` or `CMD Fail!`. The checksum is the
/// sum of the message's bytes. A lost report shows in it.
struct LibreAnswer {
  enum Verdict: Equatable {
    case incomplete
    /// The message without its checksum.
    case good([UInt8])
    /// The reader does not know the command, or has nothing to say.
    case failed
    case damaged
  }

  /// A full history is some hundreds of kilobytes.
  static let longest = 1 << 22

  private static let good = Array("CMD OK\r\n".utf8)
  private static let failed = Array("CMD Fail!\r\n".utf8)
  /// `CKSM:`, eight digits, CRLF.
  private static let checkCount = 15
  private static let checkMark = Array("CKSM:".utf8)

  private var bytes: [UInt8] = []

  mutating func forget() { bytes.removeAll(keepingCapacity: true) }

  mutating func add(_ payload: [UInt8]) -> Verdict {
    guard bytes.count + payload.count <= Self.longest else { return .damaged }
    bytes += payload
    if ends(with: Self.failed) { return .failed }
    guard ends(with: Self.good) else { return .incomplete }
    return check(bytes.dropLast(Self.good.count))
  }

  private func check(_ checked: ArraySlice<UInt8>) -> Verdict {
    let tail = Array(checked.suffix(Self.checkCount))
    let message = Array(checked.dropLast(Self.checkCount))
    guard tail.count == Self.checkCount, tail.prefix(5).elementsEqual(Self.checkMark),
      tail.suffix(2).elementsEqual([0x0D, 0x0A]),
      let sum = LibreText.number(tail[5..<13], radix: 16)
    else { return .damaged }
    return Self.sum(of: message) == sum ? .good(message) : .damaged
  }

  private func ends(with mark: [UInt8]) -> Bool { bytes.suffix(mark.count).elementsEqual(mark) }

  static func sum(of bytes: some Sequence<UInt8>) -> Int { bytes.reduce(0) { $0 &+ Int($1) } }
}
