/// How the pieces of a Lab Streaming Layer stream share one link: two TCP connections, one after the
/// other, and a UDP service beside them.
///
/// Each piece is its kind (one byte), the length of its payload (two bytes, little-endian) and the
/// payload. Drivers, simulators and captures speak it; on the network only payloads travel.
public enum LSLEnvelope {
  public enum Kind: UInt8, Sendable {
    /// Of the connection that asks for and gives the full description.
    case info = 1
    /// The description is whole: its sender closed that connection.
    case infoEnd = 2
    /// Of the connection that carries the samples.
    case feed = 3
    /// One datagram of the service port.
    case datagram = 4
    /// The gateway breaks the present connection off.
    case hangUp = 5
  }

  public static let headerSize = 3
  public static let mostPayload = 32_000

  /// One or, where the payload is long, several pieces of the same kind.
  public static func encode(_ kind: Kind, _ payload: [UInt8] = []) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(payload.count + headerSize)
    var start = 0
    repeat {
      let end = min(start + mostPayload, payload.count)
      bytes.append(kind.rawValue)
      ByteOrder.little.append(UInt16(end - start), to: &bytes)
      bytes += payload[start..<end]
      start = end
    } while start < payload.count
    return bytes
  }
}

/// Takes bytes as they come and gives whole pieces; what begins no piece is passed over.
public struct LSLEnvelopeReader: Sendable {
  private var held: [UInt8] = []

  public init() {}

  public mutating func take(_ bytes: [UInt8]) -> [(kind: LSLEnvelope.Kind, payload: [UInt8])] {
    held += bytes
    var found: [(kind: LSLEnvelope.Kind, payload: [UInt8])] = []
    var start = 0
    while held.count - start >= LSLEnvelope.headerSize {
      let count = Int(ByteOrder.little.uint16(held, start + 1))
      guard let kind = LSLEnvelope.Kind(rawValue: held[start]), count <= LSLEnvelope.mostPayload
      else {
        start += 1
        continue
      }
      let end = start + LSLEnvelope.headerSize + count
      guard end <= held.count else { break }
      found.append((kind, Array(held[start + LSLEnvelope.headerSize..<end])))
      start = end
    }
    held.removeFirst(start)
    return found
  }
}
