import FluxgateSignal
import FluxgateSimulation
import Foundation
import Testing

@testable import FluxgateDevice

struct LibreSecurityTests {
  private let key = LibreKey(high: 0x1B1A_1918_1312_1110, low: 0x0B0A_0908_0302_0100)

  /// The test of Speck's authors, and values computed with freestyle-hid (Apache-2.0).
  @Test func `vectors of the cipher and its modes`() {
    let speck = LibreSpeck(key)
    #expect(speck.encrypt(block: 0x3B72_6574_7475_432D) == 0x8C6F_A548_454E_028B)
    #expect(
      speck.stream([UInt8](repeating: 0, count: 16), iv: 0x01_0203_0405_0607) == [
        0x7F, 0x56, 0x86, 0xAC, 0x34, 0xBA, 0x5F, 0x4A, 0xC4, 0x3C, 0x50, 0x13, 0xAD, 0xA6, 0xF3,
        0xDE,
      ])
    #expect(speck.mac([0, 1, 2, 3, 4, 5, 6, 7]) == 0xE367_15A1_87C4_5F6B)
    #expect(speck.mac([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) == 0x5D51_08E0_EC53_7547)
    #expect(
      speck.derive("AuthrEnc", Array("ABCDEFGHIJKLM".utf8))
        == LibreKey(high: 0xFD6D_AD74_DD14_7AED, low: 0xEAA6_B0BE_C610_B7B5))
  }

  @Test func `a flipped bit is no report`() {
    let keys = VirtualLibre.testKeys(seed: 4)
    let session = LibreSession(
      keys, serial: Array("ABCDEFGHIJKLM".utf8), readerNonce: [1, 2, 3, 4, 5, 6, 7, 8],
      hostNonce: [8, 7, 6, 5, 4, 3, 2, 1])
    let report = LibreReport.bytes(0x60, Array("2.1.2\r\n".utf8))
    let sealed = session.seal(report, counter: 77)
    #expect(sealed != report)
    #expect(session.open(sealed)?.prefix(56) == report.prefix(56))
    for place in 1..<64 {
      var damaged = sealed
      damaged[place] ^= 0x10
      #expect(session.open(damaged) == nil)
    }
  }

  @Test func `key files have four keys or none`() {
    let digits = String(repeating: "0123456789abcdef", count: 2)
    let names = [
      "authorization-encryption", "authorization-mac", "session-encryption", "session-mac",
    ]
    let text = names.map { "\($0): \(digits)\n" }.joined()
    #expect(LibreVendorKeys(text: text) != nil)
    #expect(LibreVendorKeys(text: names.dropLast().map { "\($0): \(digits)\n" }.joined()) == nil)
    #expect(LibreVendorKeys(text: text.replacingOccurrences(of: "ef\n", with: "e\n")) == nil)
    #expect(LibreVendorKeys(text: "") == nil)
  }

  private func run(
    _ faults: [InjectedFault] = [], file: String?, seconds: Int64 = 30
  ) throws -> LibreBench {
    var plan = VirtualLibreSettings()
    plan.keys = VirtualLibre.testKeys(seed: 4)
    plan.faults = faults
    return try LibreBench(
      plan, seconds: seconds, model: "libre-2", more: file.map { ["keys": $0] } ?? [:])
  }

  private func keyFile(_ keys: LibreVendorKeys) throws -> String {
    let path = FileManager.default.temporaryDirectory.path + "/fluxgate-\(UUID().uuidString)"
    func line(_ name: String, _ key: LibreKey) -> String {
      name + ": " + String(format: "%016llx%016llx", key.high, key.low) + "\n"
    }
    try
      (line("authorization-encryption", keys.authorizationEncryption)
      + line("authorization-mac", keys.authorizationMAC)
      + line("session-encryption", keys.sessionEncryption)
      + line("session-mac", keys.sessionMAC))
      .write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  @Test func `an encrypted reader is read with its keys, through losses`() throws {
    let file = try keyFile(VirtualLibre.testKeys(seed: 4))
    defer { try? FileManager.default.removeItem(atPath: file) }
    #expect(try run(file: file).isComplete)
    let faults = [
      InjectedFault(after: .milliseconds(200), kind: .dropFrame),
      InjectedFault(after: .milliseconds(290), kind: .corruptFrame),
      InjectedFault(after: .seconds(1), kind: .unplug(duration: .seconds(3))),
    ]
    let troubled = try run(faults, file: file, seconds: 400)
    #expect(troubled.isComplete)
    #expect(troubled.board.announcement?.identity.model == "FreeStyle Libre 2")
  }

  @Test func `without keys it is named and refused, and wrong keys are told`() throws {
    let without = try run(file: nil)
    #expect("\(without.board.refusals[0])".contains(VirtualLibre.serial))
    #expect("\(without.board.refusals[0])".contains("encrypted model"))
    let file = try keyFile(VirtualLibre.testKeys(seed: 5))
    defer { try? FileManager.default.removeItem(atPath: file) }
    let wrong = try run(file: file)
    #expect(
      wrong.board.refusals[0] == .unsupported(what: "the reader does not take the keys given"))
  }
}
