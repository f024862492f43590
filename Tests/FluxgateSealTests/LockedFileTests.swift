import Foundation
import Testing

@testable import FluxgateSeal

/// Files that an independent writer locked, and our own. Work is low: the rules do not depend on it.
@Suite struct LockedFileTests {
  private struct Made: Decodable {
    struct Case: Decodable { let name, expect, file: String }
    let passphrase, content: String
    let cases: [Case]
  }

  private let made: Made
  private let passphrase = Array("correct horse".utf8)

  init() throws {
    let file = SharedFixtures.package.appendingPathComponent("fixtures/seal/age_scrypt.json")
    made = try JSONDecoder().decode(Made.self, from: Data(contentsOf: file))
  }

  private func outcome(_ file: [UInt8]) -> String {
    do throws(LockError) {
      let content = try LockedFile.unlock(file, passphrase: Array(made.passphrase.utf8))
      if content.isEmpty { return "opens empty" }
      return content == Array(made.content.utf8) ? "opens" : "opens to something else"
    } catch {
      return switch error {
      case .header: "header"
      case .noPassphraseStanza: "no passphrase"
      case .tooMuchWork: "too much work"
      case .noMemory: "no memory"
      case .wrongPassphrase: "wrong passphrase"
      case .changedHeader: "changed header"
      case .changedContent: "content"
      }
    }
  }

  @Test func `another writer's files open, and its wrong ones are refused for their reason`() {
    #expect(made.cases.count > 35)
    for some in made.cases { #expect(outcome(hex(some.file)) == some.expect, "\(some.name)") }
  }

  @Test(arguments: [0, 1, 300, 65_536, 65_537, 200_000])
  func `what was locked opens again`(count: Int) throws {
    let content = RandomBytes.make(count)
    let file = try LockedFile.lock(content, passphrase: passphrase, work: 4)
    #expect(LockedFile.isLocked(file))
    #expect(try LockedFile.unlock(file, passphrase: passphrase) == content)
    #expect(throws: LockError.wrongPassphrase) {
      try LockedFile.unlock(file, passphrase: passphrase + [0x21])
    }
  }

  @Test func `no changed and no cut file opens`() throws {
    let secret = try #require(PatientSecret(name: "study-017")).text
    let file = try LockedFile.lock(Array(secret.utf8), passphrase: passphrase, work: 1)
    for place in file.indices {
      var changed = file
      changed[place] ^= 1
      #expect(throws: LockError.self) { try LockedFile.unlock(changed, passphrase: passphrase) }
      #expect(throws: LockError.self) {
        try LockedFile.unlock(Array(file[..<place]), passphrase: passphrase)
      }
    }
  }

  @Test func `nothing of the content is in the locked file`() throws {
    let patient = try #require(PatientSecret(name: "study-017"))
    let file = try LockedFile.lock(Array(patient.text.utf8), passphrase: passphrase, work: 1)
    let text = String(decoding: file, as: UTF8.self)
    #expect(!text.contains("study-017") && !text.contains("root"))
    #expect(throws: LockError.tooMuchWork(23)) {
      try LockedFile.lock([], passphrase: passphrase, work: 23)
    }
  }
}
