import Testing

@testable import FluxgateSeal

@Suite struct KeyCommitmentTests {
  private let recording = [UInt8](0..<16)

  @Test func `a commitment agrees with another implementation of HMAC`() throws {
    let key = try #require(DataKey(bytes: [UInt8](0..<32)))
    // Python: hmac(bytes(range(32)), b"fluxgate/v1/commit" + bytes(range(16)) + 2 u16 + 7 u32)
    #expect(
      KeyCommitment.of(key, recording: recording, category: 2, epoch: 7)
        == hex("f9fa0fc6696b944aa1165197c78f1617"))
  }

  @Test func `key, recording, category and epoch all count`() {
    let key = DataKey()
    let codes: Set = [
      KeyCommitment.of(key, recording: recording, category: 2, epoch: 7),
      KeyCommitment.of(key, recording: recording, category: 3, epoch: 7),
      KeyCommitment.of(key, recording: recording, category: 2, epoch: 8),
      KeyCommitment.of(key, recording: recording.reversed(), category: 2, epoch: 7),
      KeyCommitment.of(DataKey(), recording: recording, category: 2, epoch: 7),
    ]
    #expect(codes.count == 5)
  }
}
