import FluxgateRecording
import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateVault

@Suite struct PushTests {
  let bench: VaultBench

  init() throws {
    bench = try VaultBench()
    try bench.record()
    try bench.prove()
  }

  @Test func `everything the format names is put, data before its manifest`() throws {
    let report = try Push.run(bench.folder, to: try bench.vault())
    #expect(report.put.count == 3 + 3 + 3 * 3 + 3)
    #expect(report.alreadyThereCount == 0)
    let head = try required(report.put.firstIndex(of: ObjectName.head(bench.recording).text))
    for number in UInt32(1)...3 {
      let segment = try required(report.put.firstIndex(of: try bench.segment(number).text))
      let name = ObjectName.manifest(bench.recording, number).text
      let manifest = try required(report.put.firstIndex(of: name))
      #expect(head < segment)
      #expect(segment < manifest)
    }
    #expect(try bench.vault().list().map(\.text) == report.put.sorted())
  }

  @Test func `a second push puts nothing, and one that reads again neither`() throws {
    let vault = try bench.vault()
    let first = try Push.run(bench.folder, to: vault)
    let before = try bench.contents(bench.vaultPath)
    for rereading in [false, true] {
      let again = try Push.run(bench.folder, to: vault, rereading: rereading)
      #expect(again.put.isEmpty)
      #expect(again.byteCount == 0)
      #expect(again.alreadyThereCount == first.put.count)
    }
    #expect(try bench.contents(bench.vaultPath) == before)
  }

  @Test func `no journal and no stranger's file is carried`() throws {
    let secret = Array("plain words that nobody sealed".utf8)
    for name in ["journal/00000009.fxj", "notes.txt", "segments/00000009.h5", "capsules/x"] {
      try bench.write("\(bench.folder.path)/\(name)", secret)
    }
    try Push.run(bench.folder, to: try bench.vault())
    #expect(try !bench.contents(bench.vaultPath).values.contains(secret))
  }

  @Test func `a plain file under a capsule's name is refused by name`() throws {
    let file = "00000009-0011223344556677.capsule"
    try bench.write("\(bench.folder.capsules)/\(file)", Array("a key in plain".utf8))
    let refused = refusal { try Push.run(bench.folder, to: try bench.vault()) }
    #expect(refused?.name == "cap/\(bench.id)/\(file)")
    #expect(refused?.fault == .encoding)
  }

  @Test func `a damaged segment is refused by name and its manifest is not put`() throws {
    let name = try bench.segment(2)
    try bench.flip(bench.folder.segment(2), at: 3000)
    let vault = try bench.vault()
    let refused = refusal { try Push.run(bench.folder, to: vault) }
    #expect(refused?.name == name.text)
    #expect(refused?.fault == .digest)
    #expect(
      try vault.list(ObjectName.manifests(bench.recording)).map(\.text)
        == [ObjectName.manifest(bench.recording, 1).text])
  }

  @Test func `a changed manifest is refused by name`() throws {
    try bench.flip(bench.folder.manifest(1), at: 200)
    let refused = refusal { try Push.run(bench.folder, to: try bench.vault()) }
    #expect(refused?.name == ObjectName.manifest(bench.recording, 1).text)
  }

  @Test func `a gateway that was copied finds the other writer`() throws {
    let vault = try bench.vault()
    try vault.put(.manifest(bench.recording, 2), [1])
    let error = #expect(throws: VaultError.self) { try Push.run(bench.folder, to: vault) }
    guard case .conflict(let name)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(name == ObjectName.manifest(bench.recording, 2).text)
  }

  @Test func `a push while the gateway records is completed by a later one`() throws {
    let bench = try VaultBench()
    let writer = try bench.begin()
    try bench.append(to: writer, 0)
    try writer.rollIfNeeded(at: VaultBench.start + 2_000)
    try bench.closeSegments()
    try bench.append(to: writer, 1)
    let vault = try bench.vault()
    try Push.run(bench.folder, to: vault)
    #expect(try Pull.list(vault).first?.segmentCount == 1)
    let early = try Pull.run(vault, into: bench.root + "/early", patient: bench.patient)
    #expect(early.verification.status == .incomplete)
    try writer.finish()
    try bench.closeSegments()
    let later = try Push.run(bench.folder, to: vault)
    // The segment, its manifest and the span of the epoch that has ended now.
    #expect(later.put.count == 3)
    let whole = try Pull.run(vault, into: bench.root + "/whole", patient: bench.patient)
    #expect(whole.verification.status == .intact)
  }

  @Test(arguments: 1...18)
  func `a push killed after any object goes on, and no manifest is ahead`(_ count: Int) async throws
  {
    let folder = bench.folder.path
    let path = bench.vaultPath
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [folder = folder as String, path = path as String, count = count as Int] in
      try Push.run(RecordingFolder(folder), to: try DirectoryVault(path)) {
        if $0.done == count { kill(getpid(), SIGKILL) }
      }
    }
    try expectWholeAfterStop()
  }

  @Test(arguments: [64, 512, 1024, 2048, 4096])
  func `a push killed while it writes goes on, and nothing torn is seen`(_ limit: Int) async throws
  {
    let folder = bench.folder.path
    let path = bench.vaultPath
    await #expect(processExitsWith: .signal(SIGXFSZ)) {
      [folder = folder as String, path = path as String, limit = limit as Int] in
      var bound = rlimit(rlim_cur: rlim_t(limit), rlim_max: rlim_t(limit))
      // Threads of the pool block signals.
      var none = sigset_t()
      sigemptyset(&none)
      pthread_sigmask(SIG_SETMASK, &none, nil)
      signal(SIGXFSZ, SIG_DFL)
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &bound)
      try Push.run(RecordingFolder(folder), to: try DirectoryVault(path))
    }
    try expectWholeAfterStop()
  }

  @Test(arguments: [200, 1_000, 3_000, 6_000, 10_000, 20_000])
  func `a push killed at any moment goes on`(_ microseconds: Int) async throws {
    let folder = bench.folder.path
    let path = bench.vaultPath
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [folder = folder as String, path = path as String, delay = microseconds as Int] in
      Thread.detachNewThread {
        usleep(UInt32(delay))
        kill(getpid(), SIGKILL)
      }
      try Push.run(RecordingFolder(folder), to: try DirectoryVault(path))
      sleep(60)
    }
    try expectWholeAfterStop()
  }

  /// Every manifest that can be seen has its segment; a further push completes; a pull is intact.
  private func expectWholeAfterStop() throws {
    let vault = try bench.vault()
    for name in try vault.list(ObjectName.manifests(bench.recording)) {
      let number = try required(segmentNumber(name.last))
      #expect(try vault.get(name) == bench.read(bench.folder.manifest(number)))
      #expect(try vault.get(bench.segment(number)) == bench.read(bench.folder.segment(number)))
    }
    let report = try Push.run(bench.folder, to: vault)
    #expect(report.put.count + report.alreadyThereCount == 18)
    #expect(try bench.files(bench.vaultPath + "/.aside").isEmpty)
    let pulled = try Pull.run(vault, into: bench.root + "/pulled", patient: bench.patient)
    #expect(pulled.verification.status == .intact)
  }
}
