public import Fluxgate
internal import FluxgateLedger
public import FluxgateSeal
public import FluxgateVault
internal import ServiceLifecycle

/// Serves a patient's vault over HTTP, and carries its log's heads to witnesses and to a time-stamp
/// authority meanwhile.
public struct VaultServer: Sendable {
  /// A capsule may have a mebibyte; a request around it has a little more.
  static let bodyByteCountMax = 5 << 18

  private let server: WebServer
  private let courier: WitnessCourier?
  private let stamps: StampCourier?

  /// - Parameters:
  ///   - certificate: nil for plain HTTP, which only a loopback address may have.
  ///   - names: hosts, with `:port` where the port is not the scheme's own, by which readers know this
  ///     server. Where there are none, it must be a loopback address, and goes by those of loopback.
  public init(
    vault: DirectoryVault, home: VaultHome, patient: PatientPublicKey, address: ListenAddress,
    certificate: ServerCertificate? = nil, names: [String] = []
  ) throws(Fault) {
    guard !names.isEmpty || address.isLoopback else {
      throw Fault(
        "N05", "this server has no name", state: "Nothing was started.",
        remedy: "give --name HOST or HOST:PORT, as readers know it", exit: .refused)
    }
    let service: VaultService
    let nonces: NonceBook
    do throws(ServiceError) {
      service = try VaultService(vault: vault, home: home, patient: patient)
    } catch {
      throw .service(error)
    }
    do throws(VaultError) {
      nonces = try NonceBook(path: "\(home.path)/nonces", now: WallClock.seconds)
    } catch {
      throw .vault(error)
    }
    let desk = VaultDesk(
      service: service, home: home,
      check: RequestCheck(nonces: nonces, isOwn: Self.isOwn(names)),
      scheme: certificate == nil ? "http" : "https")
    let courier = try Self.courier(service.ledger, home)
    self.courier = courier
    stamps = try Self.stamps(service.ledger, home, courier)
    server = try WebServer(
      address, certificate: certificate, limits: Self.limits, label: "vault"
    ) { request in await BlockingWork.run { desk.answer(request) } }
  }

  /// Serves until SIGTERM or SIGINT.
  ///
  /// - Parameter listening: called once with the port.
  public func runUntilStopped(
    listening: @escaping @Sendable (Int) -> Void
  ) async throws(Fault) {
    let witnessing = courier.map { courier in CourierService { await courier.run() } }
    let dating = stamps.map { courier in CourierService { await courier.run() } }
    let services = [witnessing, dating].compactMap(\.self)
    try await server.runUntilStopped(with: services, listening: listening)
  }

  /// Serves until the task is cancelled, without witnesses and dates.
  public func run(listening: @escaping @Sendable (Int) -> Void) async throws(Fault) {
    try await server.run(listening: listening)
  }

  private static var limits: ServerLimits {
    var limits = ServerLimits(bodyByteCount: bodyByteCountMax)
    limits.addressBurst = 400
    limits.addressRate = 100
    return limits
  }

  private static func isOwn(_ names: [String]) -> @Sendable (String) -> Bool {
    let own = Set(names.map { $0.lowercased() })
    return { authority in
      own.isEmpty ? isLoopback(authority) : own.contains(authority)
    }
  }

  private static func isLoopback(_ authority: String) -> Bool {
    let bare = ["localhost", "127.0.0.1", "[::1]"]
    return bare.contains { authority == $0 || authority.hasPrefix($0 + ":") }
  }

  private static func courier(
    _ log: EmbeddedLog, _ home: VaultHome
  ) throws(Fault) -> WitnessCourier? {
    guard let policy = try WitnessFile.read(home.witnessFile) else { return nil }
    return WitnessCourier(log: log, policy: policy, exchange: HTTPExchange(timeout: 10))
  }

  private static func stamps(
    _ log: EmbeddedLog, _ home: VaultHome, _ witnesses: WitnessCourier?
  ) throws(Fault) -> StampCourier? {
    guard let stamping = try home.stamping() else { return nil }
    return StampCourier(log: log, stamping: stamping) { witnesses?.cosigned }
  }
}

/// A courier as a part of the server's service group.
private struct CourierService: Service {
  let work: @Sendable () async -> Void

  func run() async { await cancelWhenGracefulShutdown(work) }
}
