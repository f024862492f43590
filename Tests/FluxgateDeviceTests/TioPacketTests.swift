import FluxgateDevice
import Testing

@Suite struct TioPacketTests {
  @Test("the checksum of the nine digits is the published one")
  func checkValue() {
    #expect(TioChecksum.of(Array("123456789".utf8)) == 0xCBF4_3926)
  }

  @Test("every published packet has its published CRC")
  func crcs() {
    for (packet, crc) in TioVectors.checked {
      #expect(TioBytes.u32(TioChecksum.of(packet)) == crc)
    }
  }

  @Test("every published packet is wrapped and unwrapped as published")
  func envelopes() {
    for (packet, wire) in TioVectors.wrapped {
      #expect(TioSlip.wrap(packet) == wire)
      #expect(TioVectors.unwrapped(Array(wire[1...]))?.bytes == packet)
    }
  }

  @Test("packets are parsed and written again to the byte")
  func bothWays() {
    for (bytes, _) in TioVectors.checked + TioVectors.wrapped {
      #expect(TioVectors.packet(bytes)?.bytes == bytes)
    }
  }

  @Test("requests are written as published")
  func requests() {
    #expect(TioPacket.request(id: 1, method: "dev.name").bytes == TioVectors.nameRequest)
    #expect(
      TioPacket.request(id: 1, method: "dev.name", route: [0, 2]).bytes
        == TioVectors.routedRequest)
    #expect(TioVectors.packet(TioVectors.routedRequest)?.route == [0, 2])
    let triples: [UInt8] = [4, 1, 0, 4, 1, 1, 3, 1, 0]
    #expect(
      TioPacket.request(id: 7855, method: "dev.metadata", argument: triples).bytes
        == TioVectors.metadataRequest)
  }

  @Test(
    "what cannot be a packet is refused",
    arguments: [
      "", "05", "050000", "00000000", "09000000", "0a000000", "0d000000", "0500f501",
      "05000100", "0500000000", "050900000000000000000000000000",
    ])
  func impossible(hex: String) {
    #expect(TioVectors.packet(TioVectors.bytes(hex)) == nil)
  }
}
