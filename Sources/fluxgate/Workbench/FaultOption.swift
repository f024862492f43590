public import ArgumentParser
import FluxgateSignal
public import FluxgateSimulation

/// `KIND@SECONDS`, or `KIND:LENGTH@SECONDS` for what lasts: `drop@2`, `unplug:3@5`.
struct FaultOption: ExpressibleByArgument {
  static let usage =
    "drop, corrupt, reboot, unplug[:SECONDS] or stall[:SECONDS], on a USB cable also halt"

  enum Place {
    case device(InjectedFault)
    /// The USB input endpoint, so many nanoseconds after the gateway's first word.
    case endpoint(haltAfter: Int64)
  }

  let place: Place

  var fault: InjectedFault? { if case .device(let fault) = place { fault } else { nil } }
  var halt: Int64? { if case .endpoint(let after) = place { after } else { nil } }

  init?(argument: String) {
    let parts = argument.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, let after = Self.nanoseconds(parts[1]) else { return nil }
    if parts[0] == "halt" {
      place = .endpoint(haltAfter: after)
      return
    }
    let named = parts[0].split(separator: ":", omittingEmptySubsequences: false)
    guard let kind = Self.kind(named) else { return nil }
    place = .device(InjectedFault(after: after, kind: kind))
  }

  private static func kind(_ parts: [Substring]) -> InjectedFault.Kind? {
    switch (parts.first, parts.count) {
    case ("drop"?, 1): .dropFrame
    case ("corrupt"?, 1): .corruptFrame
    case ("reboot"?, 1): .reboot
    case ("unplug"?, 1): .unplug(duration: .seconds(3))
    case ("stall"?, 1): .stall(duration: .seconds(1))
    case ("unplug"?, 2): nanoseconds(parts[1]).map { .unplug(duration: $0) }
    case ("stall"?, 2): nanoseconds(parts[1]).map { .stall(duration: $0) }
    default: nil
    }
  }

  private static func nanoseconds(_ text: Substring) -> Int64? {
    guard let seconds = Double(text), seconds >= 0, seconds <= 1e6 else { return nil }
    return Int64(seconds * 1e9)
  }
}

extension SimulatedDevice: ExpressibleByArgument {}
