import FluxgateSignal
import FluxgateTransport
import Testing

struct CaptureReaderTests {
  private func file(_ bytes: [UInt8]) -> ScratchFile {
    let file = ScratchFile()
    file.bytes = bytes
    return file
  }

  private func packets(_ file: ScratchFile) throws -> [CaptureReader.Packet] {
    let reader = try CaptureReader(path: file.path)
    var found: [CaptureReader.Packet] = []
    while let packet = try reader.next() { found.append(packet) }
    return found
  }

  private func sound() throws -> [UInt8] {
    let file = ScratchFile()
    try CaptureWriterTests.write(CaptureWriterTests.story, .serial, to: file.path)
    return file.bytes
  }

  // A section by a big-endian machine: header, a block of unknown kind, an interface of link type
  // 250 in microseconds, one packet at 2^32 + 1 microseconds with three bytes.
  private let bigEndian: [UInt8] = [
    0x0A, 0x0D, 0x0D, 0x0A, 0, 0, 0, 28, 0x1A, 0x2B, 0x3C, 0x4D, 0, 1, 0, 0,
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 28,
    0, 0, 0x0B, 0xAD, 0, 0, 0, 16, 1, 2, 3, 4, 0, 0, 0, 16,
    0, 0, 0, 1, 0, 0, 0, 20, 0, 250, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20,
    0, 0, 0, 6, 0, 0, 0, 36, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 3,
    7, 8, 9, 0, 0, 0, 0, 36,
  ]

  @Test func `a section of the other byte order is read, unknown blocks are passed over`() throws {
    let found = try packets(file(bigEndian))
    #expect(found.count == 1)
    #expect(found[0].bytes == [7, 8, 9])
    #expect(found[0].time == HostTime(nanoseconds: (1 << 32 + 1) * 1000))
    #expect(found[0].offset == 64)
  }

  @Test func `sections of both orders follow each other in one file`() throws {
    let ours = try sound()
    let found = try packets(file(ours + bigEndian + ours))
    #expect(found.count == CaptureWriterTests.story.count * 2 + 1)
  }

  @Test func `a file cut anywhere gives its whole packets, then the place of the cut`() throws {
    let whole = try sound().prefix(420)
    for count in 1..<whole.count {
      let cut = file(Array(whole.prefix(count)))
      let reader = try CaptureReader(path: cut.path)
      var last = 0
      do {
        while let packet = try reader.next() { last = packet.offset }
      } catch TransportError.damagedCapture(let offset, let fault) {
        #expect(fault == .truncated)
        #expect(offset >= last && offset <= count)
      }
    }
  }

  @Test func `no single changed byte makes the reader fail otherwise than by its error`() throws {
    let whole = Array(try sound().prefix(400))
    for place in whole.indices {
      for value: UInt8 in [0, 0xFF] {
        var changed = whole
        changed[place] = value
        let changedFile = file(changed)
        do {
          _ = try CaptureWriterTests.read(changedFile.path)
        } catch TransportError.damagedCapture(let offset, _) {
          #expect(offset <= whole.count)
        }
      }
    }
  }

  @Test func `another kind of file is refused at its start`() throws {
    for bytes in [[], Array("not a capture at all".utf8), [UInt8](repeating: 0, count: 64)] {
      #expect(throws: TransportError.damagedCapture(offset: 0, .notPcapng)) {
        try packets(file(bytes))
      }
    }
  }

  @Test func `lengths that disagree or go beyond reason are refused`() throws {
    var disagreeing = bigEndian
    disagreeing[27] = 32
    var huge = bigEndian
    huge[4] = 0x7F
    for bytes in [disagreeing, huge] {
      #expect(throws: TransportError.damagedCapture(offset: 0, .badBlockLength)) {
        try packets(file(bytes))
      }
    }
  }

  @Test func `a packet of no interface is refused with its place`() throws {
    var bytes = bigEndian
    bytes[75] = 9
    #expect(throws: TransportError.damagedCapture(offset: 64, .noInterface)) {
      try packets(file(bytes))
    }
  }

  @Test func `a link type that no driver reads is named`() throws {
    var bytes = bigEndian
    bytes[53] = 249
    let named = file(bytes)
    #expect(throws: TransportError.damagedCapture(offset: 64, .unknownLinkType(249))) {
      try CaptureWriterTests.read(named.path)
    }
  }
}
