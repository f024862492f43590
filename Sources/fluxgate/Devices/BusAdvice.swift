import Fluxgate
import FluxgateTransport

/// What this computer's buses could do better for these devices, with the line that cures it.
enum BusAdvice {
  static func lines(for sources: [DeviceSource]) -> [String] {
    let plugged = sources.filter(\.isPlugged)
    var lines = plugged.compactMap { latency($0) }
    if !plugged.isEmpty, !PlugWatch.isUdevRunning {
      lines.append(
        "udev    does not run: a device that comes back is found within half a second, a serial "
          + "line only under the name it had")
    }
    return lines
  }

  /// Opening the line has set the timer already where that is permitted.
  private static func latency(_ source: DeviceSource) -> String? {
    guard let timer = LatencyTimer(path: source.link), let time = timer.milliseconds, time > 1
    else { return nil }
    return "latency \(source.name): its bridge holds bytes back for \(time) ms. Now: "
      + "echo 1 | sudo tee \(timer.file) At every plugging in, as "
      + "\(AccessRules.file): \(LatencyTimer.rule())"
  }
}
