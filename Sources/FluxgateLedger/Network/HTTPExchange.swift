internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

/// Requests to other parties' servers, each with an end in time and a limit in bytes.
///
/// ```swift
/// let exchange = HTTPExchange(timeout: 5)
/// let answer = try await exchange.send("GET", "https://witness.example/", limit: 4_096)
/// ```
///
/// Redirects are answers like any other, bodies are never decompressed, and no proxy is used. May
/// be used from any task. Connections are kept for the next request and closed with this value.
public final class HTTPExchange: Sendable {
  /// Seconds for a whole `send`; of silence for a `download`.
  public let timeout: Int
  let authorities: String?
  let client: HTTPClient

  /// - Parameters:
  ///   - pemFile: the authorities to trust instead of the system's.
  ///   - timeout: seconds, at least 1.
  public init(certificateAuthority pemFile: String? = nil, timeout: Int) {
    precondition(timeout >= 1)
    self.timeout = timeout
    authorities = pemFile
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.minimumTLSVersion = .tlsv12
    if let pemFile { tls.trustRoots = .file(pemFile) }
    let seconds = TimeAmount.seconds(Int64(timeout))
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: tls, redirectConfiguration: .disallow,
      timeout: .init(connect: seconds, read: seconds, write: seconds), decompression: .disabled)
    configuration.httpVersion = .http1Only
    // Nobody there, or a certificate that is not trusted: said at once, not after the time-out.
    configuration.connectionPool.retryConnectionEstablishment = false
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  deinit {
    // Nobody is left to tell: what fails here has closed its connections already.
    client.shutdown { _ in }
  }

  /// Sends a request and returns the whole answer, whatever its status.
  ///
  /// - Parameters:
  ///   - url: `http://` or `https://`.
  ///   - limit: most bytes of the answer's body.
  public func send(
    _ method: String, _ url: String, headers: [(String, String)] = [], body: [UInt8] = [],
    limit: Int
  ) async throws(ExchangeError) -> HTTPAnswer {
    let request = try Self.request(method, url, headers, body)
    do {
      return try await withDeadline { [client, timeout] in
        let response = try await client.execute(request, timeout: .seconds(Int64(timeout)))
        return try await Self.answer(response, limit: limit)
      }
    } catch {
      throw failure(error, limit: limit)
    }
  }

  static func request(
    _ method: String, _ url: String, _ headers: [(String, String)], _ body: [UInt8]
  ) throws(ExchangeError) -> HTTPClientRequest {
    guard url.hasPrefix("http://") || url.hasPrefix("https://") else { throw .badRequest(url) }
    var request = HTTPClientRequest(url: url)
    request.method = HTTPMethod(rawValue: method)
    request.headers = HTTPHeaders(headers)
    if !body.isEmpty { request.body = .bytes(body) }
    return request
  }

  static func answer(_ response: HTTPClientResponse, limit: Int) async throws -> HTTPAnswer {
    let body = try await response.body.collect(upTo: limit)
    return HTTPAnswer(
      status: Int(response.status.code), headers: headers(of: response),
      body: [UInt8](body.readableBytesView))
  }

  static func headers(of response: HTTPClientResponse) -> [HTTPAnswer.Header] {
    response.headers.map { .init(name: $0.name.lowercased(), value: $0.value) }
  }

  /// A server that sends a byte now and then must not hold the caller for ever.
  private func withDeadline<Answer: Sendable>(
    _ work: @Sendable @escaping () async throws -> Answer
  ) async throws -> Answer {
    let seconds = timeout
    return try await withThrowingTaskGroup(of: Answer.self) { group in
      group.addTask(operation: work)
      group.addTask {
        try await Task.sleep(for: .seconds(seconds))
        throw ExchangeError.timedOut(seconds: seconds)
      }
      defer { group.cancelAll() }
      for try await answer in group { return answer }
      throw ExchangeError.cancelled
    }
  }
}
