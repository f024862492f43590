import Foundation
import Testing

@Suite struct ArchitectureTests {
  @Test func everyFileKeepsTheHouseRules() throws {
    let sources = try Project.sources()
    #expect(sources.count > 100)
    for fault in sources.flatMap(\.faults) { Issue.record("\(fault)") }
  }

  @Test func importsOnlyGoUpTheList() {
    // Taking away rooms whose imports are all taken away must empty the table: no circle.
    var left = Arrows.allowed.mapValues { $0.filter { Arrows.allowed[$0] != nil } }
    while let top = left.first(where: { $0.value.isEmpty })?.key {
      left[top] = nil
      for room in left.keys { left[room]?.remove(top) }
    }
    #expect(left.isEmpty)
  }

  @Test func thePackageDeclaresTheTableAndNothingElse() throws {
    let declared = PackageFile(text: try Project.text("Package.swift")).declared
    #expect(Set(declared.keys) == Set(Arrows.allowed.keys))
    for (room, allowed) in Arrows.allowed {
      #expect(declared[room] == allowed, "\(room)")
    }
  }

  @Test func everyDeclaredDependencyIsUsed() throws {
    var used: [String: Set<String>] = [:]
    for file in try Project.sources() { used[file.room, default: []].formUnion(file.imports) }
    for (room, declared) in PackageFile(text: try Project.text("Package.swift")).declared {
      let idle = declared.subtracting(used[room] ?? [])
      #expect(idle.isEmpty, "\(room) declares and never imports \(idle.sorted())")
    }
  }
}
