import FluxgateSignal
import Foundation
import Testing

@testable import FluxgateDevice
@testable import FluxgateTransport

struct ProfileLibraryTests {
  private static let folder: String = {
    var place = URL(fileURLWithPath: #filePath)
    for _ in 0..<8 {
      place.deleteLastPathComponent()
      let folder = place.appendingPathComponent("device-profiles").path
      if FileManager.default.fileExists(atPath: folder) { return folder }
    }
    return "device-profiles"
  }()

  @Test func `every shipped profile is read and is named as its file`() throws {
    let library = try ProfileLibrary.load(folders: [Self.folder])
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder)
      .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
    #expect(library.profiles.map(\.name) == files.sorted())
    #expect(Set(library.profiles.map(\.driver)) == Set(DriverName.allCases))
  }

  @Test func `the shipped profiles say what they should`() throws {
    let library = try ProfileLibrary.load(folders: [Self.folder])
    #expect(library["fieldtrip-buffer"]?.transport == .tcp(port: 1972))
    #expect(library["fieldtrip-buffer"]?.category == .neuro)
    #expect(library["twinleaf-tio"]?.category == .cardiac)
    let receiver = USBNumbers(vendor: 0x22A3, product: 0x0047)
    #expect(library.candidates(for: receiver, product: "").map(\.name) == ["dexcom-g4"])
  }

  /// The published schema and the reader know the same keys, drivers and categories.
  @Test func `the schema agrees with the reader`() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: Self.folder + "/profile.schema.json"))
    let schema = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let properties = try #require(schema["properties"] as? [String: [String: Any]])
    func keys(_ name: String) -> Set<String> {
      Set((properties[name]?["properties"] as? [String: Any])?.keys.map { $0 } ?? [])
    }
    #expect(Set(properties.keys) == Set(ProfileReader.keys))
    #expect(keys("match") == Set(ProfileReader.matchKeys))
    #expect(keys("transport") == Set(ProfileTransport.kinds))
    #expect(keys("delay") == Set(ProfileReader.delayKeys))
    #expect(keys("startup") == Set(ProfileReader.startupKeys))
    #expect(keys("probe") == Set(ProfileReader.probeKeys))
    let definitions = try #require(schema["$defs"] as? [String: [String: Any]])
    func definition(_ name: String) -> Set<String> {
      Set((definitions[name]?["properties"] as? [String: Any])?.keys.map { $0 } ?? [])
    }
    #expect(definition("step") == Set(ProfileReader.stepKeys))
    #expect(keys("frames") == Set(FrameFormat.keys))
    #expect(definition("mark") == Set(FrameFormat.markKeys))
    #expect(definition("counter") == Set(FrameFormat.counterKeys))
    #expect(definition("checksum") == Set(FrameFormat.checksumKeys))
    #expect(definition("field") == Set(FrameField.keys))
    #expect(definition("slow") == Set(SlowStream.keys))
    #expect(definition("state") == Set(FrameState.keys))
    #expect(definition("example") == Set(ProfileExample.keys))
    #expect(definitions["number"]?["enum"] as? [String] == NumberFormat.names)
    #expect(keys("lines") == Set(LineFormat.keys))
    #expect(definition("sampleLine") == Set(SampleLineFormat.keys))
    #expect(definition("lineColumn") == Set(LineColumn.keys))
    #expect(definition("stateLine") == Set(StateLineFormat.keys))
    #expect(properties["driver"]?["enum"] as? [String] == DriverName.allCases.map(\.rawValue))
    #expect(properties["category"]?["enum"] as? [String] == Category.allCases.map(\.name))
  }

  @Test func `a later folder replaces a profile, one folder never holds a name twice`() throws {
    let place = FileManager.default.temporaryDirectory.path + "/fluxgate-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: place) }
    for folder in ["a", "b"] {
      try FileManager.default.createDirectory(
        atPath: "\(place)/\(folder)", withIntermediateDirectories: true)
      let text = ProfileReaderTests.sound.replacing("Model 1", with: folder)
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(place)/\(folder)/one.yaml"))
    }
    let library = try ProfileLibrary.load(folders: ["\(place)/a", "\(place)/b"])
    #expect(library.profiles.map(\.model) == ["b"])
    try Data(ProfileReaderTests.sound.utf8).write(to: URL(fileURLWithPath: "\(place)/a/two.yaml"))
    #expect(throws: ProfileError.self) { try ProfileLibrary.load(folders: ["\(place)/a"]) }
    #expect(throws: ProfileError.self) { try ProfileLibrary.load(folders: ["\(place)/none"]) }
  }
}
