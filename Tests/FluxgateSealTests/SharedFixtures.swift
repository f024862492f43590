import Foundation

/// The shared fixtures beside the project; absent on a machine that has the project only.
enum SharedFixtures {
  static let folder: URL = {
    var place = URL(fileURLWithPath: #filePath)
    while place.path != "/" {
      place.deleteLastPathComponent()
      if FileManager.default.fileExists(atPath: place.appendingPathComponent("Package.swift").path) {
        return place.appendingPathComponent("../shared/fixtures").standardized
      }
    }
    return place
  }()

  static let exist = FileManager.default.fileExists(atPath: folder.path)

  static func json(_ path: String) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appendingPathComponent(path)))
  }
}

func hex(_ text: String) -> [UInt8] {
  let digits = Array(text.utf8).map { UInt8(String(UnicodeScalar($0)), radix: 16) ?? 0 }
  return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
