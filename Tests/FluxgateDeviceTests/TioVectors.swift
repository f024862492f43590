import FluxgateDevice

/// Packets and their serial form, computed independently from the published rules.
enum TioVectors {
  static func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.filter { $0 != " " }.compactMap { $0.hexDigitValue }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }

  static let nameRequest = bytes("02000c00 0100 0880 6465762e6e616d65")
  static let routedRequest = bytes("02020c00 0100 0880 6465762e6e616d65 0200")
  static let nameReply = bytes("03000800 0100 53696d566563")
  static let notFound = bytes("04000400 0100 0200")
  static let hostHeartbeat = bytes("05000000")
  static let heartbeat = bytes("05000400 cdab3412")
  static let device = bytes(
    "0b002000 0102 0906cdab3412070802 53696d56656353494d303034326465616462656566")
  static let stream = bytes("0b001100 0202 09010310 0c00 c800 06 766563746f72")
  static let segment = bytes(
    "0b002400 0302 1b010003 03 07 cdab3412 00f15365 c8000000 01000000 0000c842 00 53494d30303432")
  static let column = bytes(
    "0b001a00 0402 07010042 080207 766563746f722e78 6e54 58206669656c64")
  static let samples = bytes("81001c00 393000 03 0000c03f000000c000c07a44 00000040000040c000007b44")
  static let escapeDemo = bytes("81000500 c0db00 00 10")
  static let metadataRequest = bytes(
    "02001900 af1e 0c80 6465762e6d65746164617461 040100 040101 030100")

  /// Each packet with the CRC as it stands on the wire, before escaping.
  static let checked: [(packet: [UInt8], crc: [UInt8])] = [
    (nameRequest, bytes("6fe00bfe")), (routedRequest, bytes("a18bbce5")),
    (nameReply, bytes("4ce942a0")), (notFound, bytes("629673f0")),
    (hostHeartbeat, bytes("2e2f9a16")), (heartbeat, bytes("fe95caaf")),
    (device, bytes("651311ae")), (stream, bytes("96d80212")), (segment, bytes("9e23f096")),
    (column, bytes("1fc1a75e")), (metadataRequest, bytes("e1868e60")),
  ]

  /// Packets whose whole wire form is published.
  static let wrapped: [(packet: [UInt8], wire: [UInt8])] = [
    (nameRequest, bytes("c0 02000c00010008806465762e6e616d65 6fe00bfe c0")),
    (notFound, bytes("c0 0400040001000200 629673f0 c0")),
    (hostHeartbeat, bytes("c0 05000000 2e2f9a16 c0")),
    (
      samples,
      bytes(
        "c081001c00393000030000dbdc3f000000dbdc00dbdc7a4400000040000040dbdc00007b446a0c6dfbc0")
    ),
    (escapeDemo, bytes("c0 81000500dbdcdbdd000010 22e9e8dbdc c0")),
  ]

  static func packet(_ bytes: [UInt8]) -> TioPacket? {
    let span = bytes.span.bytes
    return TioPacket(span)
  }

  static func unwrapped(_ frame: [UInt8]) -> TioPacket? {
    let span = frame.span.bytes
    return TioSlip.unwrap(span)
  }

  static func metadata(kind: UInt8, _ body: [UInt8]) -> TioMetadata? {
    let span = body.span.bytes
    return TioMetadata(kind: kind, body: span)
  }

  static func metadata(_ bytes: [UInt8]) -> TioMetadata? {
    packet(bytes).flatMap { metadata(kind: $0.payload[0], Array($0.payload[2...])) }
  }
}
