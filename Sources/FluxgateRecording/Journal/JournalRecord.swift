internal import FluxgateSeal

/// One record of a journal (``RecordingFormat``, "The journal").
enum JournalRecord: Hashable, Sendable {
  case header(JournalHeader)
  case epoch([KeyCommitmentEntry])
  case chunk(RowAccount, sealed: [UInt8])
  /// True: the recording ends here.
  case closed(final: Bool)

  static let mostBodyBytes: UInt32 = 1 << 21
  /// Length and type before the body, checksum after it.
  static let frameByteCount = 9

  private var code: UInt8 {
    switch self {
    case .header: 1
    case .epoch: 2
    case .chunk: 3
    case .closed: 5
    }
  }

  private var body: [UInt8] {
    switch self {
    case .header(let header): header.encoded
    case .epoch(let commitments): commitments.cbor.encoded()
    case .chunk(let account, let sealed): account.encoded + sealed
    case .closed(let final): [final ? 1 : 0]
    }
  }

  var encoded: [UInt8] {
    let body = body
    var bytes: [UInt8] = []
    bytes.reserveCapacity(body.count + Self.frameByteCount)
    bytes.append(littleEndian: UInt32(body.count))
    bytes.append(code)
    bytes.append(contentsOf: body)
    bytes.append(littleEndian: CRC32C.of(bytes[...]))
    return bytes
  }

  /// The type and body of the record that `bytes` are, checksum tested; nil if they are not whole.
  static func body(of bytes: ArraySlice<UInt8>) -> (type: UInt8, body: ArraySlice<UInt8>)? {
    var reader = LittleEndianReader(bytes)
    guard let length = reader.number(UInt32.self), length <= mostBodyBytes,
      let type = reader.number(UInt8.self), let body = reader.take(Int(length)),
      let crc = reader.number(UInt32.self), reader.remaining == 0,
      CRC32C.of(bytes.dropLast(4)) == crc
    else { return nil }
    return (type, body)
  }

  init(type: UInt8, body: ArraySlice<UInt8>) throws(JournalFault) {
    switch type {
    case 1:
      self = .header(try JournalHeader(body))
    case 2:
      guard let value = try? CBOR.decode([UInt8](body)),
        let entries = [KeyCommitmentEntry](value)
      else { throw .record }
      self = .epoch(entries)
    case 3:
      var reader = LittleEndianReader(body)
      guard let account = RowAccount(from: &reader) else { throw .record }
      self = .chunk(account, sealed: [UInt8](reader.rest()))
    case 5:
      guard body.count == 1, let mark = body.first, mark < 2 else { throw .record }
      self = .closed(final: mark == 1)
    default:
      throw .record
    }
  }
}
