import Foundation

/// One Swift source, as far as the house rules look into it.
struct SourceFile {
  /// Relative to the package, `Sources/Room/Folder/File.swift`.
  let path: String
  let lines: [String]

  init(path: String, text: String) {
    self.path = path
    lines = text.components(separatedBy: "\n")
    code = lines.map { $0.contains("//") ? $0.components(separatedBy: "//")[0] : $0 }
  }

  var room: String { path.components(separatedBy: "/").dropFirst().first ?? "" }
  var name: String { path.components(separatedBy: "/").last ?? path }

  /// Lines without what follows `//`. Good enough: no rule below is met by the text of a literal.
  let code: [String]

  var imports: Set<String> {
    let pattern = Self.importing
    let found = code.filter { $0.contains("import ") }.compactMap { line in
      line.firstMatch(of: pattern).map { String($0.output.module) }
    }
    return Set(found)
  }

  var declaredTypes: [String] {
    let pattern = Self.declaring
    return code.filter { line in Self.keywords.contains { line.contains($0) } }
      .flatMap { $0.matches(of: pattern).map { String($0.output.name) } }
  }

  /// Every breach of a rule in this file, in words that name the place.
  var faults: [String] {
    arrowFaults + weightFaults + nameFaults + sizeFaults + safetyFaults
  }

  private var arrowFaults: [String] {
    guard let allowed = Arrows.allowed[room] else { return ["\(path): unknown room \(room)"] }
    return imports.subtracting(allowed).subtracting(Arrows.system).subtracting(Arrows.heavy)
      .sorted().map { "\(path): new arrow \(room) -> \($0)" }
      + imports.intersection(Arrows.heavy).subtracting(allowed).subtracting(["Foundation"])
      .sorted().map { "\(path): new arrow \(room) -> \($0)" }
  }

  private var weightFaults: [String] {
    guard !Arrows.heavyPlaces.contains(where: path.hasPrefix) else { return [] }
    return imports.intersection(Arrows.heavy).sorted().map { "\(path): \($0) must stay out" }
  }

  private var nameFaults: [String] {
    ([name] + declaredTypes).compactMap { name in
      Arrows.forbiddenWords.first { name.contains($0) }
        .map { "\(path): \(name) says nothing: \($0)" }
    }
  }

  private var sizeFaults: [String] {
    let count = lines.last == "" ? lines.count - 1 : lines.count
    return count > Arrows.longestFile ? ["\(path): \(count) lines"] : []
  }

  /// A file that is unsafe somewhere gives a reason, and shared state that the compiler does not
  /// check gives one within the lines above it.
  private var safetyFaults: [String] {
    let unsafety = Self.unsafety
    let reasons = lines.indices.filter { lines[$0].contains("SAFETY:") }
    let isUnsafe = code.contains { $0.contains("unsafe") && $0.contains(unsafety) }
    guard !reasons.isEmpty else {
      return isUnsafe ? ["\(path): unsafe without a SAFETY: reason"] : []
    }
    return code.indices.filter { place in
      code[place].contains("nonisolated(unsafe)")
        && !reasons.contains { $0 < place && place - $0 <= 12 }
    }.map { "\(path):\($0 + 1): nonisolated(unsafe) without a SAFETY: reason near it" }
  }

  private static var importing: Regex<(Substring, module: Substring)> {
    /^\s*(?:@\w+(?:\(\w+\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(?<module>\w+)/
  }

  private static let keywords = ["struct", "class", "enum", "protocol", "actor", "typealias"]

  private static var declaring: Regex<(Substring, name: Substring)> {
    /\b(?:struct|class|enum|protocol|actor|typealias)\s+(?<name>[A-Z]\w*)/
  }

  private static var unsafety: Regex<Substring> { /\bunsafe\b/ }
}
