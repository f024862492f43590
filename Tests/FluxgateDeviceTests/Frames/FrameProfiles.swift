import FluxgateDevice
import Foundation

/// The shipped profiles, found from this file.
enum FrameProfiles {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func library() throws -> ProfileLibrary {
    try ProfileLibrary.load(folders: [root.appendingPathComponent("device-profiles").path])
  }

  static func named(_ name: String) throws -> DeviceProfile {
    guard let profile = try library()[name] else { throw CocoaError(.fileNoSuchFile) }
    return profile
  }

  static func text(_ name: String) throws -> String {
    try String(
      contentsOf: root.appendingPathComponent("device-profiles/\(name).yaml"), encoding: .utf8)
  }
}
