import FluxgateLedger
import FluxgateSeal
import Foundation

/// The shared ledger fixtures beside the package; tests that need them are skipped without.
enum Fixtures {
  static let missing = "needs ../shared/fixtures/ledger beside the package"

  static let packageRoot: URL = {
    var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    while folder.path != "/" {
      let manifest = folder.appendingPathComponent("Package.swift").path
      if FileManager.default.fileExists(atPath: manifest) { return folder }
      folder.deleteLastPathComponent()
    }
    return folder
  }()

  static let folder = packageRoot.deletingLastPathComponent()
    .appendingPathComponent("shared/fixtures/ledger")

  static var exist: Bool { FileManager.default.fileExists(atPath: folder.path) }

  static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appendingPathComponent(path)))
  }

  static func text(_ path: String) throws -> String {
    String(decoding: try bytes(path), as: UTF8.self)
  }

  static func json<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .custom {
      Key(stringValue: camelCase($0.last?.stringValue ?? ""))
    }
    return try decoder.decode(type, from: Data(try bytes(path)))
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// leaf_data_hex and LeafDataHex are both leafDataHex.
  private static func camelCase(_ name: String) -> String {
    let words = name.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }
    let joined = words.joined()
    return joined.prefix(1).lowercased() + joined.dropFirst()
  }
}

func hex(_ text: String) -> [UInt8] {
  let digits = Array(text.utf8)
  return stride(from: 0, to: digits.count, by: 2).compactMap {
    UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
  }
}

func hexText(_ bytes: [UInt8]) -> String { bytes.map { String(format: "%02x", $0) }.joined() }

/// vectors.json of tlog-small and tlog-70000.
struct LogVectors: Decodable {
  struct Key: Decodable {
    let name, seed, pub, vkey, keyID: String
  }
  struct Inclusion: Decodable {
    let size, index: UInt64
    let leaf, root: String
    let proof: [String]
  }
  struct Consistency: Decodable {
    let old, new: UInt64
    let oldRoot, newRoot: String
    let proof: [String]
  }
  let label: String
  let size: Int
  let keys: [Key]
  let roots: [String: String]
  let inclusion: [Inclusion]
  let consistency: [Consistency]
  let tiles: [String: String]

  static func load(_ name: String) throws -> LogVectors {
    try Fixtures.json(LogVectors.self, "\(name)/vectors.json")
  }

  func entry(_ index: Int) -> [UInt8] {
    Array("\(label) entry \(index)".utf8) + [UInt8](repeating: 0x2E, count: index % 7)
  }

  var entries: [[UInt8]] { (0..<size).map(entry) }
  var vkey: VerifierKey { get throws { try VerifierKey(keys[0].vkey) } }
}

struct MissingKey: Error {}

/// A directory that is deleted with its owner.
final class Scratch {
  let path: String

  init() throws {
    path =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("fluxgate-ledger-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func url(_ relative: String) -> URL {
    URL(fileURLWithPath: path).appendingPathComponent(relative)
  }
  func bytes(_ relative: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: url(relative)))
  }
  func write(_ bytes: [UInt8], _ relative: String) throws {
    try Data(bytes).write(to: url(relative))
  }
  func exists(_ relative: String) -> Bool {
    FileManager.default.fileExists(atPath: url(relative).path)
  }

  /// Relative paths of all regular files.
  func files() throws -> Set<String> {
    let all = try FileManager.default.subpathsOfDirectory(atPath: path)
    return Set(
      all.filter {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url($0).path, isDirectory: &isFolder)
          && !isFolder.boolValue
      })
  }

  func flipByte(_ relative: String, at place: Int) throws {
    var all = try bytes(relative)
    all[place] ^= 1
    try write(all, relative)
  }
}

/// A key and a name for logs made in tests.
enum TestLog {
  static let origin = "gw.example/log1"

  static func key() throws -> SigningKey {
    guard let key = SigningKey(seed: [UInt8](repeating: 7, count: 32)) else { throw MissingKey() }
    return key
  }

  static func open(_ scratch: Scratch) throws -> EmbeddedLog {
    let key = try key()
    return try unlocked {
      try EmbeddedLog(directory: scratch.path + "/log", origin: origin, key: key)
    }
  }

  static func entries(_ range: Range<Int>) -> [[UInt8]] {
    range.map { Array("entry \($0)".utf8) + [UInt8](repeating: 0x2E, count: $0 % 5) }
  }
}

/// Opens what was just closed. A process that another test is starting holds copies of all open
/// files, and so of their locks, until it runs its own program.
func unlocked<Opened>(_ open: () throws -> Opened) throws -> Opened {
  for _ in 0..<200 {
    do { return try open() } catch LedgerError.locked { usleep(2_000) }
  }
  return try open()
}
