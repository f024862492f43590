/// The keys of one place in a profile. Only known keys are let in.
struct ProfileMap {
  let place: ProfileNode
  private var values: [String: ProfileNode] = [:]

  init(_ place: ProfileNode, keys: [String]) throws(ProfileError) {
    self.place = place
    for (key, value) in try place.pairs(most: 64) {
      let name = try key.text(longest: 64)
      guard keys.contains(name) else {
        throw key.error("`\(name)` is not known here", hint: Self.hint(for: name, among: keys))
      }
      values[name] = value
    }
  }

  func optional(_ key: String) -> ProfileNode? { values[key] }

  func required(_ key: String) throws(ProfileError) -> ProfileNode {
    guard let value = values[key] else {
      throw place.error("`\(key)` is missing", hint: "Add `\(key):` here.")
    }
    return value
  }

  static func hint(for name: String, among keys: [String]) -> String {
    let near = keys.map { ($0, distance(name, $0)) }.min { $0.1 < $1.1 }
    if let near, near.1 <= 2 { return "Did you mean `\(near.0)`?" }
    return "Known are: \(keys.joined(separator: ", "))."
  }

  /// Edits of one character that make one word of the other (Levenshtein 1966).
  private static func distance(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var row = Array(0...right.count)
    for (line, letter) in left.enumerated() {
      var diagonal = row[0]
      row[0] = line + 1
      for place in right.indices {
        let changed = diagonal + (letter == right[place] ? 0 : 1)
        diagonal = row[place + 1]
        row[place + 1] = min(changed, diagonal + 1, row[place] + 1)
      }
    }
    return row[right.count]
  }
}
