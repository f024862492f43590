/// One request, whole: its body was read within the server's limits.
public struct WebRequest: Sendable {
  /// `GET`, `POST`, `PUT`, as sent.
  public let method: String
  /// As sent, without the query: not percent-decoded.
  public let path: String
  /// As sent, without the question mark.
  public let query: String?
  /// The `Host` field.
  public let authority: String
  /// Names in lower case, in the order they came.
  public let headers: [(name: String, value: String)]
  public let body: [UInt8]
  /// Whom to count requests against; never logged.
  public let address: String

  /// The parts of the path between its slashes.
  public var parts: [Substring] {
    path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
  }

  /// The only value of a field; nil when there is none or more than one.
  public func header(_ name: String) -> String? {
    let values = headers.filter { $0.name == name }
    return values.count == 1 ? values[0].value : nil
  }
}

/// What a server answers.
public struct WebAnswer: Sendable {
  public enum Body: Sendable {
    case bytes([UInt8])
    /// Sent piece by piece. A temporary one is removed as soon as it is open.
    case file(path: String, byteCount: UInt64, isTemporary: Bool)
  }

  public var status: Int
  public var headers: [(name: String, value: String)]
  public var body: Body

  public init(
    _ status: Int, type: String = "application/octet-stream",
    headers: [(name: String, value: String)] = [], _ body: Body
  ) {
    self.status = status
    self.headers = [("content-type", type)] + headers
    self.body = body
  }

  /// A line of text for people and programs that look at errors.
  public static func text(
    _ status: Int, _ line: String, headers: [(name: String, value: String)] = []
  ) -> WebAnswer {
    WebAnswer(
      status, type: "text/plain; charset=utf-8", headers: headers, .bytes(Array("\(line)\n".utf8)))
  }
}
