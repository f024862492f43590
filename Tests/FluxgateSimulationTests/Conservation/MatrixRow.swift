import FluxgateDevice
import FluxgateSignal
import FluxgateSimulation
import Testing

/// One device of the matrix: how it is made, how long it runs, and what it promises under each fault.
struct MatrixRow: Sendable, CustomTestStringConvertible {
  /// A fault at work: what the device and its link are told.
  struct Injury: Sendable {
    var fault: MatrixFault?
    var faults: [InjectedFault] = []
  }

  var name: String
  var device: SimulatedDevice
  /// Another shipped profile than the device's own.
  var profile: String?
  /// Settings that a user would add to the profile.
  var settings: [String: String] = [:]
  /// Of the bench's clock, and where a fault wants less or more of it.
  var seconds: Double
  var lengths: [MatrixFault: Double] = [:]
  /// When faults strike, counted as the device counts: from its first row or its first connection.
  var strikes: Double
  /// From the bench's start to the moment that `strikes` counts from, for troubles of the line.
  var lead = 0.0
  var silence = 0.7
  /// Rows that may still be under way at the end, and why.
  var underWay = (rows: 0, reason: "")
  /// Whether the sample numbers are the device's own; else only the order of rows is compared.
  var isNumbered = true
  /// Streams of the truth whose records the driver cannot read, as its page says.
  var unread: Set<String> = []
  /// Columns that the gateway reckons for itself; negative ones from the end.
  var reckonedColumns: Set<Int> = []
  var promises: [MatrixFault: Promise]
  var make: @Sendable (Injury) -> any VirtualDevice

  var testDescription: String { name }

  func promise(_ fault: MatrixFault) -> Promise { promises[fault] ?? .exact }

  func injury(_ fault: MatrixFault?) -> Injury {
    let kinds: [InjectedFault.Kind] =
      switch fault {
      case .drop: [.dropFrame]
      case .corrupt: [.corruptFrame]
      case .stall: [.stall(duration: Int64(silence * 1e9))]
      case .unplug: [.unplug(duration: Int64(silence * 1e9))]
      case .reboot: [.reboot]
      default: []
      }
    return Injury(
      fault: fault, faults: kinds.map { InjectedFault(after: Int64(strikes * 1e9), kind: $0) })
  }

  func trouble(_ fault: MatrixFault?) -> LineTrouble? {
    let moment = Int64((lead + strikes) * 1e9)
    return switch fault {
    case .splitReads: .splitReads
    case .lumps: .lumps(.milliseconds(32))
    case .duplicate: .doubled(after: moment)
    case .cut: .cut(after: moment, duration: Int64(silence * 1e9))
    default: nil
    }
  }
}
