public import Fluxgate
internal import FluxgateLedger

/// Serves a witness over HTTP: `POST /add-checkpoint` and `GET /<digest>/checkpoint` of C2SP
/// tlog-witness.
///
/// The list of logs is read for each request, so that a log can be added while the witness runs.
public struct WitnessServer: Sendable {
  private let server: WebServer

  /// - Parameter certificate: nil for plain HTTP, which only a loopback address may have.
  public init(
    home: WitnessHome, address: ListenAddress, certificate: ServerCertificate? = nil
  ) throws(Fault) {
    // Both are seen before anybody asks.
    _ = try home.logs()
    let desk = WitnessDesk(home: home, witness: try home.open())
    server = try WebServer(
      address, certificate: certificate,
      limits: ServerLimits(bodyByteCount: AddCheckpoint.byteCountMax), label: "witness"
    ) { request in await BlockingWork.run { desk.answer(request) } }
  }

  /// Serves until SIGTERM or SIGINT.
  ///
  /// - Parameter listening: called once with the port.
  public func runUntilStopped(
    listening: @escaping @Sendable (Int) -> Void
  ) async throws(Fault) {
    try await server.runUntilStopped(listening: listening)
  }

  /// Serves until the task is cancelled.
  public func run(listening: @escaping @Sendable (Int) -> Void) async throws(Fault) {
    try await server.run(listening: listening)
  }
}

/// Answers a witness's requests; waits for the disk.
struct WitnessDesk: Sendable {
  let home: WitnessHome
  let witness: Witness

  func answer(_ request: WebRequest) -> WebAnswer {
    let parts = request.parts
    do throws(WitnessRefusal) {
      switch (request.method, parts.count, parts.last) {
      case ("POST", 1, "add-checkpoint"): return try add(request.body)
      case ("GET", 2, "checkpoint"): return try head(String(parts[0]))
      default: return .text(404, "nothing is here")
      }
    } catch {
      return WebAnswer(error.status, type: error.contentType, .bytes(Array(error.body.utf8)))
    }
  }

  private func add(_ body: [UInt8]) throws(WitnessRefusal) -> WebAnswer {
    let request = try AddCheckpoint(body)
    let logs: [VerifierKey]
    do throws(Fault) {
      logs = try home.logs()
    } catch {
      return .text(500, error.title)
    }
    let line = try witness.add(request, logs: logs, at: UInt64(clamping: WallClock.seconds))
    return WebAnswer(200, type: "text/plain; charset=utf-8", .bytes(line))
  }

  private func head(_ digest: String) throws(WitnessRefusal) -> WebAnswer {
    guard let head = try witness.head(digest) else { throw .unknownLog }
    return WebAnswer(200, type: "text/plain; charset=utf-8", .bytes(head.bytes))
  }
}
