import Foundation

/// Vectors of the project and the shared fixtures beside it.
enum SharedFixtures {
  /// The folder of `Package.swift` (symbolic links to the sources followed).
  static let package: URL = {
    var place = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    while place.path != "/" {
      place.deleteLastPathComponent()
      let manifest = place.appendingPathComponent("Package.swift").path
      if FileManager.default.fileExists(atPath: manifest) { break }
    }
    return place
  }()

  static let decisions = package.appendingPathComponent(
    "../shared/fixtures/ledger/consent-decisions.json"
  ).standardized
  static let exist = FileManager.default.fileExists(atPath: decisions.path)
  static let records = package.appendingPathComponent("fixtures/consent/consent_records.json")

  static func json<Value: Decodable>(_ type: Value.Type, _ place: URL) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: Data(contentsOf: place))
  }
}
