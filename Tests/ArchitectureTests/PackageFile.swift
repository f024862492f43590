import Foundation

/// What Package.swift declares, read from its text.
struct PackageFile {
  /// Dependencies of each room and of the program, products by their own name.
  let declared: [String: Set<String>]

  init(text: String) {
    var found: [String: Set<String>] = [:]
    for match in text.matches(of: Self.target) {
      let list = match.output.list.replacing(Self.product) { "\"\($0.output.name)\"" }
      found[String(match.output.room)] = Set(
        list.matches(of: Self.word).map { String($0.output.word) })
    }
    declared = found
  }

  private static var target: Regex<(Substring, room: Substring, list: Substring)> {
    /(?:room|\.executableTarget)\(\s*(?:name:\s*)?"(?<room>\w+)",\s*(?:dependencies:\s*)?\[(?<list>[^\]]*)\]/
  }

  private static var product: Regex<(Substring, name: Substring)> {
    /\.product\(name:\s*"(?<name>\w+)",\s*package:\s*"[^"]*"\)/
  }

  private static var word: Regex<(Substring, word: Substring)> { /"(?<word>\w+)"/ }
}
