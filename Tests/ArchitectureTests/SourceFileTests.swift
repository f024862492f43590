import Testing

/// The scanner finds each kind of breach in a small source, and leaves a sound one alone.
@Suite struct SourceFileTests {
  private func faults(_ path: String, _ text: String) -> [String] {
    SourceFile(path: "Sources/\(path)", text: text).faults
  }

  @Test func leavesASoundFileAlone() {
    let text = """
      internal import CLinux
      public import FluxgateSignal
      internal import Synchronization
      // import Foundation
      public struct Line {}

      """
    #expect(faults("FluxgateTransport/Line.swift", text) == [])
  }

  @Test(arguments: [
    "import FluxgateRecording", "internal import FluxgateRecording",
    "  @_exported public import FluxgateRecording", "@testable import FluxgateRecording",
    "private import struct FluxgateRecording.Manifest",
  ])
  func findsANewArrow(line: String) {
    #expect(
      faults("FluxgateSignal/Ring.swift", line)
        == ["Sources/FluxgateSignal/Ring.swift: new arrow FluxgateSignal -> FluxgateRecording"])
  }

  @Test func findsFoundationWhereItMustStayOut() {
    let text = "internal import Foundation"
    #expect(faults("FluxgateDevice/Framing/Framer.swift", text).count == 1)
    #expect(faults("FluxgateDevice/Profile/ProfileReader.swift", text) == [])
  }

  @Test func findsAPackageWhereItMustStayOut() {
    #expect(faults("FluxgateSeal/ChunkSealer.swift", "internal import Crypto").count == 1)
    #expect(faults("FluxgateSeal/Keys/Capsule.swift", "internal import Crypto") == [])
    #expect(faults("FluxgateDSP/Notch.swift", "internal import Yams").count == 2)
  }

  @Test func findsNamesThatSayNothing() {
    #expect(faults("FluxgateDSP/NotchHelper.swift", "").count == 1)
    #expect(faults("FluxgateDSP/Notch.swift", "final class NotchManager {}").count == 1)
  }

  @Test func findsLongFiles() {
    let longest = Array(repeating: "let a = 1\n", count: 400).joined()
    #expect(faults("FluxgateDSP/Notch.swift", longest) == [])
    #expect(faults("FluxgateDSP/Notch.swift", longest + "let b = 2\n").count == 1)
  }

  @Test func findsUnsafeWithoutAReason() {
    let line = "let x = unsafe pointer.pointee"
    #expect(faults("FluxgateDSP/Notch.swift", line).count == 1)
    #expect(faults("FluxgateDSP/Notch.swift", "// SAFETY: owned by self.\n" + line) == [])
  }

  @Test func findsSharedStateWithoutAReasonNearIt() {
    let far = "// SAFETY: far away.\n" + String(repeating: "\n", count: 20)
    let line = "private nonisolated(unsafe) var count = 0"
    #expect(faults("FluxgateDSP/Notch.swift", far + line).count == 1)
    #expect(faults("FluxgateDSP/Notch.swift", far + "// SAFETY: one thread.\n" + line) == [])
  }

  @Test func findsAnUnknownRoom() {
    #expect(faults("FluxgateCloud/Notch.swift", "").count == 1)
  }

  @Test func readsThePackagesDeclarations() {
    let text = """
      room("A", ["B", .product(name: "Yams", package: "Yams")]),
      .executableTarget(name: "c", dependencies: ["A"]),
      """
    #expect(PackageFile(text: text).declared == ["A": ["B", "Yams"], "c": ["A"]])
  }
}
