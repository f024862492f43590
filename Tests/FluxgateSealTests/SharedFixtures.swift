import Foundation

/// The shared fixtures beside the project; absent on a machine that has the project only.
enum SharedFixtures {
  /// The folder of `Package.swift` (symbolic links to the sources followed).
  static let package: URL = {
    var place = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    while place.path != "/" {
      place.deleteLastPathComponent()
      if FileManager.default.fileExists(atPath: place.appendingPathComponent("Package.swift").path)
      {
        break
      }
    }
    return place
  }()

  static let folder = package.appendingPathComponent("../shared/fixtures").standardized

  static let exist = FileManager.default.fileExists(atPath: folder.path)

  static func json(_ path: String) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appendingPathComponent(path)))
  }
}

func hex(_ text: String) -> [UInt8] {
  let digits = Array(text.utf8).map { UInt8(String(UnicodeScalar($0)), radix: 16) ?? 0 }
  return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
