public import FluxgateLedger
internal import FluxgateSeal

/// Who is asked to date a log's checkpoints: a file of lines `URL ROOTS.pem`, in order of preference.
///
/// A line `every SECONDS` says how long it is at least from one stamp to the next. Relative paths
/// start at the file's folder. Empty lines and lines that begin with `#` mean nothing.
public struct AuthorityFile: Sendable, Hashable {
  public let path: String

  public init(path: String) { self.path = path }

  /// The one of a gateway's or a vault server's home.
  init(home: String) { self.init(path: home + "/authorities") }

  /// Zero, for a stamp of each checkpoint, where the file does not say.
  func interval() throws(Fault) -> Duration {
    guard DurableFile.exists(path) else { return .zero }
    guard let line = try text().split(separator: "\n").first(where: Self.isInterval) else {
      return .zero
    }
    guard let seconds = UInt32(line.dropFirst(Self.every.count)) else {
      throw .badAuthority("\"\(line)\" in \(path)", cause: "not a number of seconds")
    }
    return .seconds(Int64(seconds))
  }

  /// Has stamps asked for so many seconds apart at least.
  public func setInterval(seconds: UInt32) throws(Fault) {
    let known = DurableFile.exists(path) ? try text() : ""
    let lines = known.split(separator: "\n").filter { !Self.isInterval($0) }
    let all = (lines + ["\(Self.every)\(seconds)"]).map { "\($0)\n" }.joined()
    try DurableFile.replace(path, with: Array(all.utf8), mode: 0o644)
  }

  /// None where there is no file.
  public func read() throws(Fault) -> [StampAuthority] {
    guard DurableFile.exists(path) else { return [] }
    let lines = try text().split(separator: "\n", omittingEmptySubsequences: false)
    var authorities: [StampAuthority] = []
    for (place, line) in lines.enumerated()
    where !line.isEmpty && !line.hasPrefix("#") && !Self.isInterval(line) {
      guard let space = line.firstIndex(of: " "), Self.isWeb(line[..<space]) else {
        throw .badAuthority("line \(place + 1) of \(path)", cause: "not URL, space, PEM file")
      }
      let roots = try Self.roots(absolute(String(line[line.index(after: space)...])))
      authorities.append(StampAuthority(url: String(line[..<space]), roots: roots))
    }
    return authorities
  }

  /// Adds an authority with a copy of its roots, or gives a known one other roots.
  public func add(url: String, roots pemFile: String) throws(Fault) {
    guard Self.isWeb(url), !url.contains(where: \.isWhitespace) else {
      throw .badAuthority(url, cause: "not an http:// or https:// address")
    }
    let roots = try Self.roots(pemFile)
    let name = "roots-\(Digits.hexadecimal(SHA256.digest(roots.pem).prefix(8))).pem"
    try DurableFile.replace(absolute(name), with: roots.pem, mode: 0o644)
    let known = DurableFile.exists(path) ? try text() : ""
    let others = known.split(separator: "\n").filter { !$0.hasPrefix("\(url) ") }
    let lines = (others + ["\(url) \(name)"]).map { "\($0)\n" }.joined()
    try DurableFile.replace(path, with: Array(lines.utf8), mode: 0o644)
  }

  private func text() throws(Fault) -> String {
    guard let text = String(validating: try DurableFile.read(path), as: UTF8.self) else {
      throw .badAuthority(path, cause: "not a text")
    }
    return text
  }

  private func absolute(_ name: String) -> String {
    if name.hasPrefix("/") { return name }
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    return folder + name
  }

  private static func roots(_ path: String) throws(Fault) -> StampRoots {
    let pem = try DurableFile.read(path)
    do throws(StampError) {
      return try StampRoots(pem: pem)
    } catch {
      throw .badAuthority(path, cause: "not one or more certificates in PEM")
    }
  }

  private static let every = "every "

  private static func isInterval(_ line: Substring) -> Bool { line.hasPrefix(every) }

  private static func isWeb(_ url: some StringProtocol) -> Bool {
    url.hasPrefix("http://") || url.hasPrefix("https://")
  }
}
