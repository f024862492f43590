import FluxgateSignal
import FluxgateSimulation
import Testing

@testable import FluxgateDevice

@Suite struct GeometryTests {
  private static func profile(_ geometry: String) throws -> DeviceProfile {
    try ProfileReader.read(
      text: ProfileReaderTests.sound + "geometry:\n" + geometry, file: "p.yaml")
  }

  private static let sound = """
      frame: helmet
      source: drawing of the helmet
      sensors:
        field.0: { position: [0.01, -0.02, 0.03], direction: [0, 0, 1] }
        aux:lock.error: { position: [1, 2, 3] }
    """

  @Test func `places are read and go into the channels of their names`() throws {
    let geometry = try #require(try Self.profile(Self.sound).geometry)
    let place = SensorPlace(
      position: SIMD3(0.01, -0.02, 0.03), direction: SIMD3(0, 0, 1), frame: "helmet",
      source: "drawing of the helmet")
    #expect(geometry.places["field.0"] == place)
    var settings = VirtualTwinleaf.Settings()
    settings.faults = [InjectedFault(after: .milliseconds(1500), kind: .reboot)]
    let bench = try TwinleafBench(settings, seconds: 4, geometry: geometry)
    try bench.expectComplete()
    let field = try bench["field"].stream.description.channels
    #expect(field[0].place == place && field[1].place == nil)
    #expect(try bench["aux"].stream.description.channels[2].place?.position == SIMD3(1, 2, 3))
    // A restart compares the streams with what the device said, not with the profile's places.
    #expect(!bench.events.contains("stream changed its shape"))
  }

  @Test(arguments: [
    ("[0, 0]", "three numbers are needed here"), ("[0, 0, 101]", "the number is out of range"),
    ("[0, 0, x]", "a number is needed here"),
  ])
  func `a place that is none is refused where it stands`(position: String, message: String) {
    #expect {
      try Self.profile(Self.sound.replacing("[1, 2, 3]", with: position))
    } throws: { error in
      guard let error = error as? ProfileError else { return false }
      return error.message.hasPrefix(message) && error.line == 15
    }
  }

  @Test func `a direction has length one`() {
    #expect {
      try Self.profile(Self.sound.replacing("[0, 0, 1]", with: "[0, 0, 2]"))
    } throws: {
      ($0 as? ProfileError)?.message == "the direction has the length 2.0"
    }
  }
}
