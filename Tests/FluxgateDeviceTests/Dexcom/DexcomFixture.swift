import Glibc

/// Recorded pages and replies, read where they lie; never copied.
///
/// Without Foundation: its C modules and those of a testable import do not go together.
enum DexcomFixture {
  static let folder: String? = {
    var parts = #filePath.split(separator: "/")
    while !parts.isEmpty {
      parts.removeLast()
      let place = "/" + parts.joined(separator: "/")
      guard access(place + "/Package.swift", R_OK) == 0 else { continue }
      let found = place + "/../shared/fixtures/cgm"
      return access(found, R_OK) == 0 ? found : nil
    }
    return nil
  }()

  static var isThere: Bool { folder != nil }

  static func page(_ name: String) throws -> [UInt8] {
    Hex.bytes(try text("dexcom-g4-pages/\(name).data"))
  }

  static func reply1416() throws -> [UInt8] {
    Hex.bytes(try text("dexcom-g4share-reply/egv-page-1416-reply.hex"))
  }

  /// The values of a key that stands once in each record, oldest record first.
  static func values(of key: String, in name: String) throws -> [String] {
    try text("dexcom-g4-pages/\(name).json").split(separator: "\n").compactMap { line in
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].contains("\"\(key)\"") else { return nil }
      return String(parts[1].filter { !" ,\"".contains($0) })
    }.reversed()
  }

  /// Seconds since 2009 of the wall-clock digits of a timestamp; its zone is an artefact.
  static func seconds(_ stamp: String) -> Int64 {
    let numbers = stamp.prefix(19).split { !$0.isNumber }.compactMap { Int32($0) }
    guard numbers.count == 6 else { return -1 }
    var parts = tm()
    parts.tm_year = numbers[0] - 1900
    parts.tm_mon = numbers[1] - 1
    (parts.tm_mday, parts.tm_hour) = (numbers[2], numbers[3])
    (parts.tm_min, parts.tm_sec) = (numbers[4], numbers[5])
    return Int64(timegm(&parts)) - 1_230_768_000
  }

  private struct Unreadable: Error { var path: String }

  private static func text(_ path: String) throws -> String {
    let path = (folder ?? "") + "/" + path
    guard let file = fopen(path, "r") else { throw Unreadable(path: path) }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[0..<count], as: UTF8.self)
  }
}

/// Bytes written as hex pairs, blanks and line ends ignored.
enum Hex {
  static func bytes(_ text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map {
      UInt8(digits[$0] << 4 | digits[$0 + 1])
    }
  }
}
