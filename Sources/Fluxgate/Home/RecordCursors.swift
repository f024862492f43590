internal import FluxgateRecording
internal import FluxgateSeal
internal import FluxgateSignal
internal import Synchronization

/// How far each store-and-forward device has been read, durably.
///
/// Keyed by device serial and stream; a number advances only after the journal that holds its record
/// was synced, so a kill reads a record twice at worst and never skips one.
public final class RecordCursors: Sendable {
  private let path: String
  private let numbers: Mutex<[Key: Int64]>

  private struct Key: Hashable, Sendable {
    var serial: String
    var stream: String
  }

  /// Reads the file, or begins with none.
  public init(path: String) throws(Fault) {
    self.path = path
    guard DurableFile.exists(path) else {
      numbers = Mutex([:])
      return
    }
    let bytes = try DurableFile.read(path)
    guard let rows = (try? CBOR.decode(bytes))?.arrayValue else { throw Self.damaged(path) }
    var read: [Key: Int64] = [:]
    for row in rows {
      guard let parts = row.arrayValue, parts.count == 3, let serial = parts[0].textValue,
        let stream = parts[1].textValue, let number = parts[2].int
      else { throw Self.damaged(path) }
      read[Key(serial: serial, stream: stream)] = number
    }
    numbers = Mutex(read)
  }

  public func newest(serial: String, stream: String) -> Int64? {
    numbers.withLock { $0[Key(serial: serial, stream: stream)] }
  }

  /// Moves a cursor and writes the file; a smaller number changes nothing, unless the device began
  /// its numbers anew.
  func advance(
    serial: String, stream: String, to number: Int64, isReset: Bool
  ) throws(Fault) {
    let key = Key(serial: serial, stream: stream)
    let changed = numbers.withLock { held in
      guard isReset || held[key].map({ number > $0 }) ?? true else { return false }
      held[key] = number
      return true
    }
    if changed { try DurableFile.replace(path, with: encoded()) }
  }

  private func encoded() -> [UInt8] {
    let rows = numbers.withLock { held in
      held.map { CBOR.array([.text($0.key.serial), .text($0.key.stream), .int($0.value)]) }
    }
    return CBOR.array(rows).encoded()
  }

  private static func damaged(_ path: String) -> Fault {
    Fault(
      "H03", "\(path) is damaged", state: "Recordings are not affected.",
      remedy: "move the file away: the devices are then read from their first record",
      exit: .refused)
  }
}
