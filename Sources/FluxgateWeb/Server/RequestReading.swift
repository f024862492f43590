internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore

/// What Hummingbird knows of a request's connection.
struct ConnectionContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }
}

/// Reads a request's body within the limits, and turns an answer into a response.
struct RequestReading: Sendable {
  let limits: ServerLimits
  let addresses: RateGate

  /// The request, or the answer to one that goes past a limit.
  func read(
    _ request: Request, _ context: ConnectionContext
  ) async -> Result<WebRequest, Refusal> {
    let address = ClientAddress.name(of: context.channel)
    if let seconds = addresses.wait(address) { return .failure(.tooMany(seconds: seconds)) }
    if let length = request.headers[.contentLength] {
      guard let count = Int(length), count >= 0 else { return .failure(.malformed) }
      guard count <= limits.bodyByteCount else { return .failure(.tooLarge) }
    }
    guard let uri = request.head.path, uri.hasPrefix("/") else { return .failure(.malformed) }
    switch await body(of: request) {
    case .failure(let refusal): return .failure(refusal)
    case .success(let body): return .success(whole(request, uri, body, address))
    }
  }

  enum Refusal: Error {
    case tooMany(seconds: Int)
    case tooLarge
    case tooSlow
    case malformed

    /// The client is still sending: the connection cannot go on.
    var endsConnection: Bool { if case .tooMany = self { false } else { true } }

    var answer: WebAnswer {
      switch self {
      case .tooMany(let seconds):
        .text(429, "too many requests", headers: [("retry-after", "\(seconds)")])
      case .tooLarge: .text(413, "the body is too large")
      case .tooSlow: .text(408, "the request took too long")
      case .malformed: .text(400, "malformed request")
      }
    }
  }

  /// The body, or why it was not read to the end.
  private func body(of request: Request) async -> Result<[UInt8], Refusal> {
    let limit = limits.bodyByteCount
    let seconds = limits.requestSeconds
    return await withTaskGroup(of: Result<[UInt8], Refusal>.self) { group in
      group.addTask {
        do {
          return .success([UInt8](buffer: try await request.body.collect(upTo: limit)))
        } catch is NIOTooManyBytesError {
          return .failure(.tooLarge)
        } catch {
          return .failure(.malformed)
        }
      }
      group.addTask {
        // Cancelled as soon as the body is there.
        try? await Task.sleep(for: .seconds(seconds))
        return .failure(.tooSlow)
      }
      let first = await group.next() ?? .failure(.malformed)
      group.cancelAll()
      return first
    }
  }

  private func whole(
    _ request: Request, _ uri: String, _ body: [UInt8], _ address: String
  ) -> WebRequest {
    let cut = uri.firstIndex(of: "?")
    return WebRequest(
      method: request.method.rawValue, path: String(uri[..<(cut ?? uri.endIndex)]),
      query: cut.map { String(uri[uri.index(after: $0)...]) },
      authority: request.head.authority ?? "",
      headers: request.headers.map { ($0.name.canonicalName, $0.value) }, body: body,
      address: address)
  }
}
