/// What of an HTTP request a signature can cover (RFC 9421 section 2).
public struct RequestMessage: Sendable {
  public let method: String
  /// `https` or `http`.
  public let scheme: String
  /// The `Host` field as sent.
  public let authority: String
  /// As sent, without the query.
  public let path: String
  /// As sent, without the question mark; nil when there is none.
  public let query: String?
  /// Names in lower case; lines of one name in their order.
  public var fields: [(name: String, value: String)]

  public init(
    method: String, scheme: String, authority: String, path: String, query: String?,
    fields: [(name: String, value: String)]
  ) {
    self.method = method
    self.scheme = scheme
    self.authority = authority
    self.path = path
    self.query = query
    self.fields = fields
  }

  /// The value of a derived component or a field, as it stands in the signature base.
  func component(_ name: String) throws(SignatureError) -> String {
    guard name.hasPrefix("@") else { return try field(name) }
    switch name {
    case "@method": return method
    case "@scheme": return scheme
    case "@authority": return normalAuthority
    case "@path": return normalPath
    case "@query": return "?" + (query ?? "")
    case "@request-target": return normalPath + (query.map { "?\($0)" } ?? "")
    case "@target-uri":
      return "\(scheme)://\(normalAuthority)\(normalPath)" + (query.map { "?\($0)" } ?? "")
    default: throw .unsupported("component \(name)")
    }
  }

  /// Lower case, without the scheme's own port (section 2.2.3).
  public var normalAuthority: String {
    let lower = authority.lowercased()
    let port = scheme == "https" ? ":443" : ":80"
    return lower.hasSuffix(port) ? String(lower.dropLast(port.count)) : lower
  }

  private var normalPath: String { path.isEmpty ? "/" : path }

  /// All lines of the field, each without blanks around it, joined by commas (section 2.1).
  private func field(_ name: String) throws(SignatureError) -> String {
    let lines = fields.filter { $0.name == name }.map { Self.trimmed($0.value) }
    guard !lines.isEmpty else { throw .missing(component: name) }
    return lines.joined(separator: ", ")
  }

  private static func trimmed(_ text: String) -> String {
    let isBlank = { (character: Character) in character == " " || character == "\t" }
    let start = text.drop(while: isBlank)
    guard let last = start.lastIndex(where: { !isBlank($0) }) else { return "" }
    return String(start[...last])
  }
}
