internal import AsyncHTTPClient
internal import NIOCore
internal import NIOSSL

extension HTTPExchange {
  /// The project's own word for what the network libraries threw.
  func failure(_ error: any Error, limit: Int) -> ExchangeError {
    switch error {
    case let error as ExchangeError: error
    case let error as LedgerError: .file(error)
    case let error as HTTPClientError: failure(error)
    case is NIOTooManyBytesError: .tooLarge(limit: limit)
    case is CancellationError: .cancelled
    case NIOSSLError.noSuchFilesystemObject, NIOSSLError.failedToLoadCertificate:
      .badAuthorities(path: authorities ?? "")
    case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: .untrusted("\(error)")
    default: .unreachable("\(error)")
    }
  }

  private func failure(_ error: HTTPClientError) -> ExchangeError {
    switch error {
    case .readTimeout, .writeTimeout, .connectTimeout, .deadlineExceeded, .tlsHandshakeTimeout,
      .getConnectionFromPoolTimeout:
      .timedOut(seconds: timeout)
    case .cancelled: .cancelled
    case .invalidURL, .emptyHost, .emptyScheme: .badRequest(error.shortDescription)
    default: .unreachable(error.shortDescription)
    }
  }
}
