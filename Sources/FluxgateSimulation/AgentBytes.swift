/// Big-endian bytes as an agent writes them, with lengths filled in behind.
struct AgentBytes {
  private(set) var bytes: [UInt8] = []

  init(_ bytes: [UInt8] = []) { self.bytes = bytes }

  mutating func put(_ value: Int64, _ count: Int) {
    for shift in (0..<count).reversed() {
      bytes.append(UInt8(truncatingIfNeeded: value >> Int64(shift * 8)))
    }
  }

  /// u16 length and the bytes.
  mutating func put(octets: [UInt8]) {
    put(Int64(octets.count), 2)
    bytes += octets
  }

  /// u16 count, u16 length, entries.
  mutating func put(list: [[UInt8]]) {
    put(Int64(list.count), 2)
    put(octets: list.flatMap { $0 })
  }

  static func attribute(_ id: Int64, _ value: [UInt8]) -> [UInt8] {
    var bytes = AgentBytes()
    bytes.put(id, 2)
    bytes.put(octets: value)
    return bytes.bytes
  }

  static func number(_ value: Int64, _ count: Int) -> [UInt8] {
    var bytes = AgentBytes()
    bytes.put(value, count)
    return bytes.bytes
  }

  /// A value map: attribute ids and lengths in turn.
  static func map(_ pairs: [(Int64, Int64)]) -> [UInt8] {
    var bytes = AgentBytes()
    bytes.put(list: pairs.map { number($0.0, 2) + number($0.1, 2) })
    return bytes.bytes
  }

  /// Even length, as the standard wants of texts.
  static func text(_ text: String) -> [UInt8] {
    var bytes = AgentBytes()
    let letters = Array(text.utf8)
    bytes.put(octets: letters.count % 2 == 0 ? letters : letters + [0])
    return bytes.bytes
  }

  static func message(_ type: Int64, _ rest: [UInt8]) -> [UInt8] {
    var bytes = AgentBytes()
    bytes.put(type, 2)
    bytes.put(octets: rest)
    return bytes.bytes
  }

  static func data(invoke: Int64, choice: Int64, _ body: [UInt8]) -> [UInt8] {
    var call = AgentBytes(number(invoke, 2) + number(choice, 2))
    call.put(octets: body)
    var whole = AgentBytes()
    whole.put(octets: call.bytes)
    return message(0xE700, whole.bytes)
  }

  /// Eight BCD bytes of a wall clock, from milliseconds since 1970, by counting days and months.
  static func absoluteTime(_ milliseconds: Int64) -> [UInt8] {
    var days = milliseconds / 86_400_000
    let rest = milliseconds % 86_400_000
    var year: Int64 = 1970
    while days >= length(of: year) {
      days -= length(of: year)
      year += 1
    }
    var month = 0
    let months: [Int64] = [31, length(of: year) - 337, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    while days >= months[month] {
      days -= months[month]
      month += 1
    }
    let parts = [
      year / 100, year % 100, Int64(month + 1), days + 1, rest / 3_600_000, rest / 60_000 % 60,
      rest / 1000 % 60, rest % 1000 / 10,
    ]
    return parts.map { UInt8($0 / 10 * 16 + $0 % 10) }
  }

  private static func length(of year: Int64) -> Int64 {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 366 : 365
  }
}
