public import FluxgateTransport
internal import Foundation

/// All the profiles that a gateway knows.
public struct ProfileLibrary: Sendable {
  /// By name, in the order of the names.
  public let profiles: [DeviceProfile]

  private static let mostProfiles = 1024

  /// Reads every `.yaml` file of the folders.
  ///
  /// One bad profile is an error: a device that is silently not claimed is worse. Of two profiles
  /// with one name the one in the later folder holds, so that a lab can replace a shipped one.
  public static func load(folders: [String]) throws(ProfileError) -> ProfileLibrary {
    var found: [String: DeviceProfile] = [:]
    for folder in folders {
      var places: [String: String] = [:]
      for file in try files(in: folder) {
        let profile = try ProfileReader.read(text: try text(of: file), file: file)
        if let other = places.updateValue(file, forKey: profile.name) {
          throw fault(file, "`\(profile.name)` is the name of \(other) too", "Rename one of them.")
        }
        found[profile.name] = profile
      }
    }
    return ProfileLibrary(profiles: found.values.sorted { $0.name < $1.name })
  }

  public subscript(name: String) -> DeviceProfile? { profiles.first { $0.name == name } }

  /// The profiles that may be a USB device's: more than one where makers share a bridge chip.
  public func candidates(for numbers: USBNumbers, product: String) -> [DeviceProfile] {
    profiles.filter { $0.match.fits(numbers, product: product) }
  }

  private static func files(in folder: String) throws(ProfileError) -> [String] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw fault(folder, "the folder cannot be read", "Check the path and its permissions.")
    }
    let profiles = names.filter { $0.hasSuffix(".yaml") }.sorted()
    guard profiles.count <= mostProfiles else {
      throw fault(folder, "\(profiles.count) profiles", "At most \(mostProfiles) are read.")
    }
    return profiles.map { "\(folder)/\($0)" }
  }

  private static func text(of file: String) throws(ProfileError) -> String {
    guard let handle = FileHandle(forReadingAtPath: file),
      let bytes = try? handle.read(upToCount: ProfileReader.mostBytes + 1),
      let text = String(data: bytes, encoding: .utf8)
    else { throw fault(file, "the file cannot be read as UTF-8 text", "Check the file.") }
    return text
  }

  private static func fault(_ file: String, _ message: String, _ hint: String) -> ProfileError {
    ProfileError(file: file, line: 0, column: 0, message: message, hint: hint)
  }
}
