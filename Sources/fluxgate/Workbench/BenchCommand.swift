import ArgumentParser
import Fluxgate
import FluxgateDevice
import FluxgateSimulation
import FluxgateTransport
import Foundation

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure each step of the way of the data on this machine.",
    discussion: """
      Works on captures of the virtual devices, made on the spot, and on the
      fixtures where they are found. One thread a step; "end to end" has all
      threads of a session. Files are written to /dev/shm where there is one.
      Compare runs by their ratio to the references; the copy stays in the cache.
      """)

  @Option(help: "Length of the simulated helmet's and heart's captures.")
  var seconds = 20.0
  @Option(help: "A folder of profiles, looked at before all others.")
  var profiles: String?
  @OptionGroup var home: HomeOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard seconds >= 1, seconds <= 600 else { throw ValidationError("--seconds is 1 to 600") }
  }

  func run() throws {
    output.apply()
    let library = try ProfileFolders.load(named: profiles, home: home.place)
    let scratch = Self.scratchFolder()
    try DurableFile.makeFolder(scratch)
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    Console.say("Files in \(scratch)")
    Console.say("Made by a \(Self.build). End to end has some 0.25 s of fixed costs: the")
    Console.say("longer the capture (--seconds), the less they weigh.")
    var results: [BenchReport.Capture] = []
    for (name, path) in try captures(library, in: scratch) {
      let folder = "\(scratch)/\(results.count)"
      let measure = try PathMeasure(capture: path, library: library, scratch: folder)
      try DurableFile.makeFolder(folder)
      let steps = try measure.run()
      BenchReport.show(name, measure, steps)
      results.append(BenchReport.Capture(name, measure, steps))
      try? FileManager.default.removeItem(atPath: folder)
    }
    Console.report(BenchReport(build: Self.build, captures: results))
  }

  private func captures(
    _ library: ProfileLibrary, in scratch: String
  ) throws -> [(name: String, path: String)] {
    let plans: [(plan: SimulationPlan, seconds: Double)] = [
      (SimulationPlan(.helmet), seconds), (SimulationPlan(.heart), seconds),
      (SimulationPlan(.glucose), 3600),
    ]
    let made = try plans.map { plan, seconds in
      let path = "\(scratch)/\(plan.device.rawValue).pcapng"
      do throws(TransportError) {
        _ = try SimulatedCapture.write(plan, profiles: library, seconds: seconds, to: path)
      } catch {
        throw Fault.capture(error, path: path)
      }
      return ("simulated \(plan.device.rawValue)", path)
    }
    let fixtures = [SimulatedDevice.helmet, .heart, .glucose].map {
      "fixtures/\($0.rawValue).pcapng"
    }
    return made + fixtures.filter(DurableFile.exists).map { ($0, $0) }
  }

  private static func scratchFolder() -> String {
    let isShared = FileManager.default.isWritableFile(atPath: "/dev/shm")
    let root = isShared ? "/dev/shm" : FileManager.default.temporaryDirectory.path
    return "\(root)/fluxgate-bench-\(ProcessInfo.processInfo.processIdentifier)"
  }

  private static var build: String {
    #if DEBUG
      "debug build, many times slower than a release build"
    #else
      "release build"
    #endif
  }
}

/// Measured steps as text and as JSON.
struct BenchReport: Encodable {
  struct Step: Encodable {
    let step: String
    let seconds, samplesPerSecond, megabytesPerSecond, timesRealTime: Double
  }

  struct Capture: Encodable {
    let name, shape: String
    let seconds: Double
    let steps: [Step]

    init(_ name: String, _ measure: PathMeasure, _ steps: [StepMeasure]) {
      self.name = name
      shape = measure.shape
      seconds = measure.captureSeconds
      self.steps = steps.map {
        Step(
          step: $0.step, seconds: $0.seconds, samplesPerSecond: $0.samplesPerSecond,
          megabytesPerSecond: $0.megabytesPerSecond, timesRealTime: $0.timesRealTime)
      }
    }
  }

  let build: String
  let captures: [Capture]

  static func show(_ name: String, _ measure: PathMeasure, _ steps: [StepMeasure]) {
    Console.say()
    Console.say(
      "\(name): \(measure.shape), \(StatusText.number(measure.captureSeconds)) s")
    Console.say("  step                          samples/s        MB/s   x real time")
    for step in steps {
      Console.say(
        "  " + StatusText.pad(step.step, 24)
          + StatusText.right(StatusText.number(step.samplesPerSecond, decimals: 0), 15)
          + StatusText.right(StatusText.number(step.megabytesPerSecond), 12)
          + StatusText.right(StatusText.number(step.timesRealTime, decimals: 0), 14))
    }
  }
}
