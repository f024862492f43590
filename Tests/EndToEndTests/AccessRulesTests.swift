import Fluxgate
import FluxgateDevice
import Foundation
import Testing

struct AccessRulesTests {
  private static func file(_ name: String) throws -> String {
    try String(contentsOf: FluxgateProcess.root.appendingPathComponent(name), encoding: .utf8)
  }

  private static func rules() throws -> String {
    let folder = FluxgateProcess.root.appendingPathComponent("device-profiles").path
    return AccessRules.text(for: try ProfileLibrary.load(folders: [folder]).profiles)
  }

  @Test func `the packaged rules are those of the shipped profiles`() throws {
    #expect(try Self.file("packaging/60-fluxgate.rules") == Self.rules() + "\n")
    #expect(try Self.file("packaging/fluxgate.sysusers").contains("g \(AccessRules.group) -\n"))
  }

  @Test func `every rule is a list of pairs, and none opens a device to all`() throws {
    let pair = /[A-Z]+(\{\w+\})?(==|!=|=|\+=)"[^"]*"/
    for line in try Self.rules().split(separator: "\n") where !line.hasPrefix("#") {
      for part in line.split(separator: ",") {
        #expect(try pair.wholeMatch(in: part.trimmingPrefix(" ")) != nil, "\(part)")
      }
      if line.contains("MODE") { #expect(line.contains("MODE=\"0660\""), "\(line)") }
    }
  }
}
