import ArgumentParser
import FluxgateSignal
import Foundation

/// A point in time on the command line: `2026-11-21T08:00:00Z`, `2026-11-21` (midnight UTC), or
/// seconds of UTC since 1970.
struct Instant: ExpressibleByArgument {
  let seconds: Int64

  init(seconds: Int64) { self.seconds = seconds }

  init?(argument: String) {
    if let seconds = Int64(argument) {
      self.seconds = seconds
      return
    }
    let text = argument.contains("T") ? argument : argument + "T00:00:00Z"
    guard let date = try? Date(text, strategy: .iso8601) else { return nil }
    seconds = Int64(date.timeIntervalSince1970)
  }

  /// `2026-11-21T08:00:00Z`.
  static func text(_ seconds: Int64) -> String {
    Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
  }
}

/// Categories on the command line: `cardiac,glucose`.
struct CategoryList: ExpressibleByArgument {
  let codes: Set<UInt16>

  init?(argument: String) {
    let names = argument.split(separator: ",", omittingEmptySubsequences: false)
    let found = names.compactMap { Category(name: String($0)) }
    guard found.count == names.count else { return nil }
    codes = Set(found.map(\.rawValue))
  }

  static let names = Category.allCases.map(\.name).joined(separator: ", ")
}
