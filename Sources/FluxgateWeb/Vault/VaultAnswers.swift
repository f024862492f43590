internal import FluxgateConsent
internal import FluxgateVault

/// What went wrong, as an answer.
enum VaultAnswers {
  static func cbor(_ bytes: [UInt8]) -> WebAnswer {
    WebAnswer(200, type: "application/cbor", .bytes(bytes))
  }

  static func error(_ status: Int, _ message: ErrorMessage) -> WebAnswer {
    WebAnswer(status, type: "application/cbor", .bytes(message.encoded))
  }

  static let unknown = error(404, ErrorMessage("unknown"))
  static let notPermitted = error(403, ErrorMessage("not-permitted"))

  static func malformed(_ part: String) -> WebAnswer {
    error(400, ErrorMessage("malformed", detail: part))
  }

  static func tooMany(seconds: Int) -> WebAnswer {
    .text(429, "too many requests", headers: [("retry-after", "\(seconds)")])
  }

  static func failure(_ failure: RequestCheck.Failure) -> WebAnswer {
    switch failure {
    case .signature(let fault): error(401, ErrorMessage("signature", detail: "\(fault)"))
    case .storage: error(500, ErrorMessage("storage"))
    }
  }

  /// What is wrong with the server's disk is for who runs it, not for who asks.
  static func failure(_ failure: ServiceError) -> WebAnswer {
    switch failure {
    case .refused(let reason, let index):
      error(403, ErrorMessage("refused", reason: reason.code, index: index))
    case .malformed(let part): malformed(part)
    case .notPermitted: notPermitted
    case .unknown: unknown
    case .clock: error(503, ErrorMessage("clock"))
    case .full, .vault(.full): error(507, ErrorMessage("full"))
    case .vault(.conflict): error(409, ErrorMessage("conflict"))
    case .vault(.needsResealing(let names)):
      error(409, ErrorMessage("reseal", detail: names.joined(separator: " ")))
    case .vault(.erased): error(410, ErrorMessage("erased"))
    default: error(500, ErrorMessage("storage"))
    }
  }
}
