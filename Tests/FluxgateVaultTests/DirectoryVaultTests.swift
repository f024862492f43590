import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateVault

@Suite struct DirectoryVaultTests {
  let bench: VaultBench
  let vault: DirectoryVault

  init() throws {
    bench = try VaultBench()
    vault = try bench.vault()
  }

  @Test func `what was put is read, measured, listed and deleted`() throws {
    let name = try ObjectName("log/0a/00000001")
    #expect(try vault.put(name, [1, 2, 3]))
    #expect(try vault.get(name) == [1, 2, 3])
    #expect(
      try vault.head(name) == .init(byteCount: 3, sha256: SHA256.digest([1, 2, 3])))
    try vault.put(try ObjectName("log/0a/00000002"), [])
    try vault.put(try ObjectName("log/0b/00000001"), [9])
    #expect(try vault.list("log/0a/").map(\.text) == ["log/0a/00000001", "log/0a/00000002"])
    #expect(try vault.list("log/0").count == 3)
    #expect(try vault.list().count == 3)
    #expect(try vault.list("nothing/").isEmpty)
    #expect(try vault.delete(name))
    #expect(try !vault.delete(name))
    #expect(missingObject { _ = try vault.get(name) } == name.text)
  }

  @Test func `the same bytes again change nothing and other bytes are another writer's`() throws {
    let name = try ObjectName("seg/a")
    #expect(try vault.put(name, [1]))
    #expect(try !vault.put(name, [1]))
    let error = #expect(throws: VaultError.self) { try vault.put(name, [2]) }
    guard case .conflict("seg/a")? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(try vault.get(name) == [1])
    #expect(try bench.files(bench.vaultPath + "/.aside").isEmpty)
  }

  @Test(arguments: [
    "", "/a", "a/", "a//b", "../a", "a/../b", ".a", "a/.b", "A", "a b", "a\n", "é",
    "a/b/c/d/e/f/g/h/i", String(repeating: "a", count: 201),
  ])
  func `a name that could leave the vault is refused`(_ text: String) {
    #expect(throws: VaultError.self) { try ObjectName(text) }
  }

  @Test func `a file that is not what was expected leaves nothing`() throws {
    let source = bench.root + "/source"
    try bench.write(source, [1, 2, 3])
    let name = try ObjectName("seg/b")
    let short = DirectoryVault.Head(byteCount: 4, sha256: SHA256.digest([1, 2, 3]))
    let refused = refusal { try vault.put(name, contentsOf: source, expected: short) }
    #expect(refused?.name == "seg/b")
    #expect(refused?.fault == .size(3, expected: 4))
    let other = DirectoryVault.Head(byteCount: 3, sha256: SHA256.digest([]))
    #expect(refusal { try vault.put(name, contentsOf: source, expected: other) }?.fault == .digest)
    #expect(try vault.list().isEmpty)
    #expect(try bench.files(bench.vaultPath + "/.aside").isEmpty)
  }

  @Test func `a folder that is not there is named and not made`() throws {
    let path = bench.root + "/unplugged"
    let error = #expect(throws: VaultError.self) { try DirectoryVault(path) }
    guard case .missing(path)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    try FileManager.default.removeItem(atPath: bench.vaultPath)
    #expect(throws: VaultError.self) { try vault.put(try ObjectName("seg/a"), [1]) }
    #expect(throws: VaultError.self) { try vault.list() }
    #expect(!FileManager.default.fileExists(atPath: bench.vaultPath))
  }

  @Test func `a probe passes on this file system and leaves nothing`() throws {
    try vault.probe()
    #expect(try vault.list().isEmpty)
  }

  @Test func `of many writers of one name exactly one puts it`() async throws {
    let vault = vault
    let name = try ObjectName("log/0a/00000001")
    let winners = await withTaskGroup(of: UInt8?.self) { group in
      for writer in UInt8(0)..<12 {
        group.addTask { (try? vault.put(name, [writer])) == true ? writer : nil }
      }
      return await group.compactMap(\.self).reduce(into: [UInt8]()) { $0.append($1) }
    }
    #expect(winners.count == 1)
    #expect(try vault.get(name) == winners)
  }

  @Test func `what a killed writer left is removed and what one at work holds is not`() throws {
    try vault.put(try ObjectName("seg/a"), [1])
    let aside = bench.vaultPath + "/.aside"
    try bench.write(aside + "/left", [1, 2])
    let held = try VaultFile.creating(aside + "/held")
    try vault.removeLeftovers()
    #expect(try bench.files(aside) == ["held"])
    try held.sync()
  }

  @Test func `a full disk is said to be full and leaves no object`() async {
    await #expect(processExitsWith: .success) { [path = bench.vaultPath as String] in
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 1 << 16, rlim_max: 1 << 16)
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      let vault = try DirectoryVault(path)
      do {
        try vault.put(try ObjectName("seg/a"), [UInt8](repeating: 7, count: 1 << 17))
        exit(2)
      } catch VaultError.full {
        exit(try vault.list().isEmpty ? 0 : 3)
      }
    }
  }

  @Test func `a vault that may not be written to says so`() async throws {
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o555], ofItemAtPath: bench.vaultPath)
    await #expect(processExitsWith: .success) { [path = bench.vaultPath as String] in
      if getuid() == 0, seteuid(65_534) != 0 { exit(4) }
      do {
        try DirectoryVault(path).put(try ObjectName("seg/a"), [7])
        exit(2)
      } catch VaultError.notPermitted {
        exit(0)
      }
    }
  }
}
