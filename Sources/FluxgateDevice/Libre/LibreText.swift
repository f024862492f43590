/// Numbers and lines of a reader's text.
enum LibreText {
  private static let lineEnd = Array("\r\n".utf8)
  private static let mostFields = 64

  /// All of `digits` as a number; nil for anything else and for too many.
  static func number(_ digits: some Collection<UInt8>, radix: Int = 10) -> Int? {
    guard (1...10).contains(digits.count), digits.first != UInt8(ascii: "+"),
      digits.first != UInt8(ascii: "-")
    else { return nil }
    return Int(String(decoding: digits, as: UTF8.self), radix: radix)
  }

  /// The number that a message ends with, whatever is before it.
  static func lastNumber(_ message: [UInt8]) -> Int? {
    let text = message.reversed().drop { $0 == 0x0D || $0 == 0x0A }
    let digits = text.prefix { (0x30...0x39).contains($0) }
    return number(Array(digits.reversed()))
  }

  static func word(_ message: [UInt8]) -> String {
    String(decoding: message.prefix(64).prefix { $0 >= 0x20 }, as: UTF8.self)
  }

  /// Numbers with commas between; nil where there is anything else.
  static func numbers(_ message: [UInt8]) -> [Int]? {
    let line = message.prefix { $0 != 0x0D }
    var found: [Int] = []
    for field in line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      guard found.count < mostFields, let value = number(field) else { return nil }
      found.append(value)
    }
    return found
  }

  /// The records of a table answer: their lines, once count and inner checksum are right.
  ///
  /// - Returns: nil where lines are missing or damaged.
  static func records(_ message: [UInt8]) -> [[UInt8]]? {
    if message == Array("Log Empty\r\n".utf8) { return [] }
    guard message.suffix(2).elementsEqual(lineEnd) else { return nil }
    let lines = message.dropLast(2).split(separator: 0x0A, omittingEmptySubsequences: false)
    guard let last = lines.last, let check = checkLine(Array(last)) else { return nil }
    let body = message.dropLast(2 + last.count)
    guard lines.count - 1 == check.count, LibreAnswer.sum(of: body) == check.sum,
      lines.dropLast().allSatisfy({ $0.last == 0x0D })
    else { return nil }
    return lines.dropLast().map { Array($0.dropLast()) }
  }

  /// `count,checksum`: the count decimal, the checksum eight hexadecimal digits.
  private static func checkLine(_ line: [UInt8]) -> (count: Int, sum: Int)? {
    let fields = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    guard fields.count == 2, let count = number(fields[0]), fields[1].count == 8,
      let sum = number(fields[1], radix: 16)
    else { return nil }
    return (count, sum)
  }

  /// The fields of a record; a comma within quotes belongs to a comment.
  static func fields(_ line: [UInt8]) -> [ArraySlice<UInt8>] {
    var fields: [ArraySlice<UInt8>] = []
    var start = 0
    var isQuoted = false
    for (place, byte) in line.enumerated() where fields.count < mostFields {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      guard byte == UInt8(ascii: ","), !isQuoted else { continue }
      fields.append(line[start..<place])
      start = place + 1
    }
    fields.append(line[start...])
    return fields
  }
}
