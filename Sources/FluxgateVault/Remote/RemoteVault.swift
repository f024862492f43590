internal import FluxgateLedger
public import FluxgateSeal
internal import Glibc

/// A vault behind `fluxgate vault serve` (``VaultRequests``), for one who holds a key. Any task.
///
/// ```swift
/// let vault = try RemoteVault("https://vault.example", secret: secret)
/// let release = try await vault.release(request)
/// let folders = try await vault.fetch(release, into: "read", patient: patient)
/// ```
public struct RemoteVault: Sendable {
  /// Longest wait that is taken when the server says "too many requests", seconds, and how often.
  private static let waitSecondsMax = 30
  private static let waitCountMax = 10

  let exchange: HTTPExchange
  private let signer: RequestSigner
  private let base: BaseURL

  /// - Parameters:
  ///   - url: `https://host`, `https://host:port`, or `http://` for a loopback address.
  ///   - authority: a PEM file of certificate authorities to trust instead of the system's.
  ///   - timeout: seconds for a request; of silence for a download.
  public init(
    _ url: String, secret: PatientSecret, authority: String? = nil, timeout: Int = 60
  ) throws(RemoteError) {
    guard let base = BaseURL(url) else { throw .badURL(url) }
    guard base.scheme == "https" || base.isLoopback else { throw .unprotected(url) }
    self.base = base
    exchange = HTTPExchange(certificateAuthority: authority, timeout: timeout)
    signer = RequestSigner(secret)
  }

  /// Sends a signed request and gives the body of a 200.
  func ask(
    _ method: String, _ path: String, query: String? = nil, body: [UInt8] = [],
    limit: Int = 1 << 24
  ) async throws(RemoteError) -> [UInt8] {
    try await patiently { () async throws(RemoteError) in
      let fields = try fields(method, path, query, body)
      return try await sent { () async throws(ExchangeError) in
        try await exchange.send(
          method, base.url(path, query), headers: fields, body: body, limit: limit)
      }
    }.body
  }

  /// Downloads an object, going on where the file ends.
  func download(
    _ path: String, to file: String, limit: Int
  ) async throws(RemoteError) {
    _ = try await patiently { () async throws(RemoteError) in
      let fields = try fields("GET", path, nil, [])
      return try await sent { () async throws(ExchangeError) in
        try await exchange.download(base.url(path, nil), headers: fields, to: file, limit: limit)
      }
    }
  }

  /// What anybody may read; nil for 404.
  func open(_ path: String, limit: Int) async throws(RemoteError) -> [UInt8]? {
    let answer = try await answer { () async throws(RemoteError) in
      try await sent { () async throws(ExchangeError) in
        try await exchange.send("GET", base.url(path, nil), limit: limit)
      }
    }
    if answer.status == 404 { return nil }
    guard answer.status == 200 else { throw Self.failure(answer) }
    return answer.body
  }

  private func fields(
    _ method: String, _ path: String, _ query: String?, _ body: [UInt8]
  ) throws(RemoteError) -> [(String, String)] {
    do {
      return try signer.fields(
        method, scheme: base.scheme, authority: base.authority, path: path, query: query,
        type: body.isEmpty ? nil : "application/cbor", body: body, now: Int64(time(nil))
      ).map { ($0.name, $0.value) }
    } catch {
      throw .malformed("\(error)")
    }
  }

  private func sent(
    _ send: () async throws(ExchangeError) -> HTTPAnswer
  ) async throws(RemoteError) -> HTTPAnswer {
    do { return try await send() } catch { throw .exchange(error) }
  }

  private func patiently(
    _ send: () async throws(RemoteError) -> HTTPAnswer
  ) async throws(RemoteError) -> HTTPAnswer {
    let answer = try await answer(send)
    guard answer.status == 200 || answer.status == 206 else { throw Self.failure(answer) }
    return answer
  }

  /// Waits as long as the server asks for, and signs anew each time.
  private func answer(
    _ send: () async throws(RemoteError) -> HTTPAnswer
  ) async throws(RemoteError) -> HTTPAnswer {
    for _ in 0..<Self.waitCountMax {
      let answer = try await send()
      guard answer.status == 429 else { return answer }
      let seconds = answer.header("retry-after").flatMap { Int($0) } ?? 1
      guard 0...Self.waitSecondsMax ~= seconds else { throw .busy(seconds: seconds) }
      do { try await Task.sleep(for: .seconds(seconds)) } catch { throw .exchange(.cancelled) }
    }
    throw .busy(seconds: Self.waitSecondsMax)
  }

  private static func failure(_ answer: HTTPAnswer) -> RemoteError {
    guard let message = ErrorMessage(encoded: answer.body) else {
      return .status(answer.status, "no word of a vault")
    }
    if message.error == "refused", let reason = message.reason, let index = message.index {
      return .refused(reason: reason, index: index)
    }
    return .status(answer.status, message.error + (message.detail.map { ": \($0)" } ?? ""))
  }
}

/// Scheme and authority of a server.
private struct BaseURL: Sendable {
  let scheme: String
  let authority: String

  init?(_ url: String) {
    guard let mark = url.firstRange(of: "://") else { return nil }
    scheme = String(url[..<mark.lowerBound])
    let rest = url[mark.upperBound...]
    authority = String(rest.hasSuffix("/") ? rest.dropLast() : rest)
    let isPlain = authority.utf8.allSatisfy { 0x21...0x7E ~= $0 && !"/?#@\\".utf8.contains($0) }
    guard scheme == "https" || scheme == "http", !authority.isEmpty, isPlain else { return nil }
  }

  /// `localhost`, `[::1]` or `127.` and three more numbers, with a port or without: nothing that a
  /// name server could say is somewhere else.
  var isLoopback: Bool {
    let port = authority.lastIndex(of: ":").flatMap { mark in
      UInt16(authority[authority.index(after: mark)...]).map { _ in mark }
    }
    let host = authority[..<(port ?? authority.endIndex)]
    let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
    return ["localhost", "[::1]"].contains(host)
      || numbers.first == "127" && numbers.count == 4 && numbers.allSatisfy { UInt8($0) != nil }
  }

  func url(_ path: String, _ query: String?) -> String {
    "\(scheme)://\(authority)\(path)" + (query.map { "?\($0)" } ?? "")
  }
}
