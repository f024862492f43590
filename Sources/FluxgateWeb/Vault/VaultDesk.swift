internal import Fluxgate
internal import FluxgateLedger
internal import FluxgateSeal
internal import FluxgateVault

/// Answers a vault server's requests (``VaultRequests``); waits for the disk.
struct VaultDesk: Sendable {
  let service: VaultService
  let home: VaultHome
  let check: RequestCheck
  /// `https` or `http`.
  let scheme: String
  let gates = VaultGates()

  init(service: VaultService, home: VaultHome, check: RequestCheck, scheme: String) {
    self.service = service
    self.home = home
    self.check = check
    self.scheme = scheme
  }

  func answer(_ request: WebRequest) -> WebAnswer {
    let parts = request.parts.map(String.init)
    guard parts.count >= 2, parts[0] == "v1" else { return VaultAnswers.unknown }
    if parts[1] == "ledger" {
      return request.method == "GET" ? ledger(Array(parts[2...])) : Self.wrongMethod
    }
    let reader: PatientPublicKey
    do throws(RequestCheck.Failure) {
      reader = try check.reader(of: message(request), body: request.body, now: WallClock.seconds)
    } catch {
      return VaultAnswers.failure(error)
    }
    return gates.oneOfFew(reader.keyFingerprint) {
      do throws(ServiceError) {
        return try answer(request, parts[1], Array(parts[2...]), reader)
      } catch {
        return VaultAnswers.failure(error)
      }
    }
  }

  private func answer(
    _ request: WebRequest, _ place: String, _ rest: [String], _ reader: PatientPublicKey
  ) throws(ServiceError) -> WebAnswer {
    switch (place, rest.count, request.method) {
    case ("releases", 0, "POST"): return try release(request.body, reader)
    case ("releases", 3..., "GET"): return try object(rest, reader)
    case ("consents", 0, "POST"): return try submit(request.body, reader)
    case ("consents", 0, "GET"):
      return VaultAnswers.cbor(
        ConsentListMessage.encoded(service.consents(for: reader.keyFingerprint)))
    case ("capsules", 2, "PUT"): return try add(request.body, rest[0], rest[1], reader)
    case ("erasures", 0, "POST"): return try erase(request.body, reader)
    case ("trail", 0, "GET"): return try trail(request.query, reader)
    case ("releases", 0, _), ("releases", 3..., _), ("consents", 0, _), ("capsules", 2, _),
      ("trail", 0, _), ("erasures", 0, _):
      return Self.wrongMethod
    default: return VaultAnswers.unknown
    }
  }

  private func release(
    _ body: [UInt8], _ reader: PatientPublicKey
  ) throws(ServiceError) -> WebAnswer {
    let request = try ReleaseRequest(encoded: body)
    if let seconds = try wait(reader) { return VaultAnswers.tooMany(seconds: seconds) }
    return VaultAnswers.cbor(try service.release(request, by: reader).encoded)
  }

  private func object(
    _ parts: [String], _ reader: PatientPublicKey
  ) throws(ServiceError) -> WebAnswer {
    guard let id = Digits.bytes(parts[0]), id.count == 16 else { return VaultAnswers.unknown }
    if let seconds = gates.object(reader.keyFingerprint) {
      return VaultAnswers.tooMany(seconds: seconds)
    }
    let name = parts.dropFirst().joined(separator: "/")
    switch try service.object(name, of: id, by: reader.keyFingerprint) {
    case .bytes(let bytes): return WebAnswer(200, .bytes(bytes))
    case .file(let path, let size, let isTemporary):
      return WebAnswer(200, .file(path: path, byteCount: size, isTemporary: isTemporary))
    }
  }

  private func submit(
    _ body: [UInt8], _ reader: PatientPublicKey
  ) throws(ServiceError) -> WebAnswer {
    if let seconds = try wait(reader) { return VaultAnswers.tooMany(seconds: seconds) }
    return VaultAnswers.cbor(try service.submit(consent: body).encoded)
  }

  private func add(
    _ body: [UInt8], _ recording: String, _ name: String, _ reader: PatientPublicKey
  ) throws(ServiceError) -> WebAnswer {
    guard let id = Digits.bytes(recording), id.count == 16 else { return VaultAnswers.unknown }
    try service.add(capsule: body, recording: id, name: name, by: reader.keyFingerprint)
    return VaultAnswers.cbor(CBOR.record(["v": .unsigned(1)]).encoded())
  }

  /// The tombstone says by itself who erases; the request only that the patient hands it in.
  private func erase(
    _ body: [UInt8], _ reader: PatientPublicKey
  ) throws(ServiceError) -> WebAnswer {
    guard reader.keyFingerprint == service.patient.keyFingerprint else {
      return VaultAnswers.notPermitted
    }
    if let seconds = try wait(reader) { return VaultAnswers.tooMany(seconds: seconds) }
    return VaultAnswers.cbor(try service.erase(tombstone: body).encoded)
  }

  private func trail(
    _ query: String?, _ reader: PatientPublicKey
  ) throws(ServiceError) -> WebAnswer {
    guard reader.keyFingerprint == service.patient.keyFingerprint else {
      return VaultAnswers.notPermitted
    }
    guard let query, query.hasPrefix("from="), let from = UInt64(query.dropFirst(5)) else {
      return VaultAnswers.malformed("from")
    }
    let size = service.ledger.head.size
    let records = try service.trailObjects(from: from, limit: TrailPage.countMax)
      .filter { $0.index < size }
    return VaultAnswers.cbor(TrailPage(size: size, records: records).encoded)
  }

  /// The log's own files, for everybody.
  private func ledger(_ parts: [String]) -> WebAnswer {
    switch parts {
    case ["checkpoint"]:
      return WebAnswer(
        200, type: "text/plain; charset=utf-8", headers: [("cache-control", "max-age=2")],
        .bytes(service.checkpoint.bytes))
    case ["key"]: return .text(200, service.ledger.verifierKey.text)
    default:
      let path = parts.joined(separator: "/")
      guard TileAddress(path: path) != nil,
        let bytes = try? DurableFile.read("\(home.ledgerFolder)/\(path)")
      else { return VaultAnswers.unknown }
      return WebAnswer(
        200, headers: [("cache-control", "max-age=31536000, immutable")], .bytes(bytes))
    }
  }

  private func wait(_ reader: PatientPublicKey) throws(ServiceError) -> Int? {
    let name = reader.keyFingerprint
    return gates.decision(name, isKnown: try service.isKnown(name))
  }

  private func message(_ request: WebRequest) -> RequestMessage {
    RequestMessage(
      method: request.method, scheme: scheme, authority: request.authority, path: request.path,
      query: request.query, fields: request.headers)
  }

  private static let wrongMethod = VaultAnswers.error(405, ErrorMessage("method"))
}
