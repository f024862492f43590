import CFuzzer
import FluxgateDevice
import Foundation

/// `Fuzz TARGET [options and folders of libFuzzer]`: gives a room's door strange bytes without end.
///
/// TARGET is `capture`, `profile`, or the name of a profile in the working folder's `device-profiles`,
/// whose driver reads them.
@main
enum Fuzz {
  nonisolated(unsafe) static var target: any FuzzTarget = ProfileTarget()

  static func main() {
    guard CommandLine.arguments.count > 1 else {
      print("usage: Fuzz TARGET [libFuzzer options and folders]")
      exit(2)
    }
    target = chosen(CommandLine.arguments[1])
    let rest = [CommandLine.arguments[0]] + CommandLine.arguments.dropFirst(2)
    var count = Int32(rest.count)
    // The texts live as long as the program: libFuzzer keeps the pointers.
    var texts = rest.map { strdup($0) } + [nil]
    texts.withUnsafeMutableBufferPointer { all in
      var start = all.baseAddress
      exit(
        LLVMFuzzerRunDriver(&count, &start) { bytes, count in
          Fuzz.target.take(Array(UnsafeBufferPointer(start: bytes, count: count)))
          return 0
        })
    }
  }

  private static func chosen(_ name: String) -> any FuzzTarget {
    switch name {
    case "capture": CaptureTarget()
    case "profile": ProfileTarget()
    default: driver(name)
    }
  }

  private static func driver(_ name: String) -> any FuzzTarget {
    do throws(ProfileError) {
      if let profile = try ProfileLibrary.load(folders: ["device-profiles"])[name] {
        return DriverTarget(profile: profile)
      }
      print("\(name) is no target: capture, profile, or a profile of device-profiles")
    } catch {
      print("\(error)")
    }
    exit(2)
  }
}

/// A door through which strangers' bytes come. Whatever they are, it must neither crash nor hang.
protocol FuzzTarget {
  func take(_ bytes: [UInt8])
}
