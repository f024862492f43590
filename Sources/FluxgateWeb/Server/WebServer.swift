public import Fluxgate
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdTLS
internal import Logging
internal import NIOCore
public import ServiceLifecycle
internal import UnixSignals

/// An HTTP/1.1 server with TLS and limits, whose answers come from one closure.
///
/// ```swift
/// let server = try WebServer(address, certificate: nil, limits: limits, label: "witness") { request in
///   .text(200, "hello")
/// }
/// try await server.runUntilStopped { port in … }
/// ```
///
/// Logs to standard error, one line a request: method, the first two parts of the path, status and
/// milliseconds; no address, no key, no name of an object.
public struct WebServer: Sendable {
  public typealias Answering = @Sendable (WebRequest) async -> WebAnswer

  private let address: ListenAddress
  private let certificate: ServerCertificate?
  private let limits: ServerLimits
  private let logger: Logger
  private let answering: Answering

  /// - Parameters:
  ///   - certificate: nil for plain HTTP, which only a loopback address may have.
  ///   - label: begins each line of the log.
  ///   - answering: called for each whole request, several at once; must not wait for a disk.
  public init(
    _ address: ListenAddress, certificate: ServerCertificate?, limits: ServerLimits,
    label: String, answering: @escaping Answering
  ) throws(Fault) {
    guard certificate != nil || address.isLoopback else {
      throw Fault(
        "N03", "\(address.host) is not this machine alone, and there is no TLS",
        state: "Nothing was started.",
        remedy: "give --tls-cert and --tls-key, or listen on 127.0.0.1", exit: .refused)
    }
    self.address = address
    self.certificate = certificate
    self.limits = limits
    self.answering = answering
    var logger = Logger(label: label) { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .info
    self.logger = logger
  }

  /// Serves until SIGTERM or SIGINT; requests in progress may end.
  ///
  /// - Parameters:
  ///   - services: run as long as the server, and stopped after it.
  ///   - listening: called once with the port.
  public func runUntilStopped(
    with services: [any Service] = [], listening: @escaping @Sendable (Int) -> Void
  ) async throws(Fault) {
    try await run(group(services, listening, stoppedBy: [.sigterm, .sigint]))
  }

  /// Serves until the task is cancelled; requests in progress may end.
  public func run(listening: @escaping @Sendable (Int) -> Void) async throws(Fault) {
    let group = group([], listening, stoppedBy: [])
    // Not cancelled itself: a connection that was accepted and not yet looked at must be closed.
    let serving = Task { () async -> Result<Void, Fault> in
      do throws(Fault) { return .success(try await run(group)) } catch { return .failure(error) }
    }
    let outcome = await withTaskCancellationHandler {
      await serving.value
    } onCancel: {
      Task { await group.triggerGracefulShutdown() }
    }
    try outcome.get()
  }

  private func run(_ group: ServiceGroup) async throws(Fault) {
    do {
      try await group.run()
    } catch is CancellationError {
      // Requests that did not end in time were cut off.
    } catch {
      throw failure(error)
    }
  }

  private func group(
    _ services: [any Service], _ listening: @escaping @Sendable (Int) -> Void,
    stoppedBy signals: [UnixSignal]
  ) -> ServiceGroup {
    var configuration = ServiceGroupConfiguration(
      services: services + [application(listening)], gracefulShutdownSignals: signals,
      logger: quiet)
    configuration.maximumGracefulShutdownDuration = .seconds(limits.stopSeconds)
    return ServiceGroup(configuration: configuration)
  }

  private func application(
    _ listening: @escaping @Sendable (Int) -> Void
  ) -> Application<CallbackResponder<ConnectionContext>> {
    let address = address
    return Application(
      responder: responder, server: builder,
      configuration: ApplicationConfiguration(
        address: .hostname(address.host, port: address.port),
        availableConnectionsDelegate: MaximumAvailableConnections(
          limits.connections, logger: quiet)),
      onServerRunning: { listening($0.localAddress?.port ?? address.port) }, logger: quiet)
  }

  private var responder: CallbackResponder<ConnectionContext> {
    let reading = RequestReading(
      limits: limits, addresses: RateGate(burst: limits.addressBurst, rate: limits.addressRate))
    return CallbackResponder { [logger, answering] request, context in
      let start = ContinuousClock.now
      let response: Response
      switch await reading.read(request, context) {
      case .success(let whole):
        response = ResponseWriting.response(
          await answering(whole), range: request.headers[.range])
      case .failure(let refusal):
        response =
          refusal.endsConnection
          ? ResponseWriting.lastResponse(refusal.answer, on: context.channel)
          : ResponseWriting.response(refusal.answer)
      }
      logger.info("\(Self.line(request, response, ContinuousClock.now - start))")
      return response
    }
  }

  private var builder: HTTPServerBuilder {
    let count = HeldCount(most: limits.connectionsPerAddress)
    let configuration = HTTP1Channel.Configuration(
      additionalChannelHandlers: [
        ConnectionWatch(count: count, stallSeconds: limits.stallSeconds)
      ],
      idleTimeout: .seconds(Int64(limits.idleSeconds)),
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: limits.headerByteCount, maxHeaderListSize: limits.headerByteCount,
        maxHeaderFieldCount: 100))
    return HTTPServerBuilder { [certificate] responder in
      let plain = HTTP1Channel(responder: responder, configuration: configuration)
      guard let certificate else { return plain }
      return try TLSChannel(plain, tlsConfiguration: certificate.configuration)
    }
  }

  /// What libraries log below a warning names addresses.
  private var quiet: Logger {
    var quiet = logger
    quiet.logLevel = .warning
    return quiet
  }

  private static func line(
    _ request: Request, _ response: Response, _ duration: Duration
  ) -> String {
    let place = request.uri.path.split(separator: "/").prefix(2).joined(separator: "/")
    let seconds = Double(duration.components.seconds)
    let milliseconds = seconds * 1e3 + Double(duration.components.attoseconds) * 1e-15
    return "\(request.method.rawValue) /\(place) \(response.status.code) \(Int(milliseconds)) ms"
  }

  private func failure(_ error: any Error) -> Fault {
    Fault(
      "N04", "cannot serve on \(address.host):\(address.port)", state: "Nothing is served.",
      remedy: "choose another address, or look who listens there", cause: "\(error)",
      exit: .refused)
  }
}
