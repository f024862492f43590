public import Fluxgate
internal import NIOSSL

/// The certificate chain and private key that a server shows, as PEM files.
public struct ServerCertificate: Sendable {
  private let chain: [NIOSSLCertificate]
  private let key: NIOSSLPrivateKey

  public init(chainFile: String, keyFile: String) throws(Fault) {
    do {
      chain = try NIOSSLCertificate.fromPEMFile(chainFile)
      key = try NIOSSLPrivateKey(file: keyFile, format: .pem)
    } catch {
      throw Self.unusable(chainFile, keyFile, "\(error)")
    }
    guard !chain.isEmpty else { throw Self.unusable(chainFile, keyFile, "no certificate in it") }
  }

  /// TLS 1.3 only: every client of this decade has it.
  var configuration: TLSConfiguration {
    var made = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    made.minimumTLSVersion = .tlsv13
    made.applicationProtocols = ["http/1.1"]
    return made
  }

  private static func unusable(_ chain: String, _ key: String, _ cause: String) -> Fault {
    Fault(
      "N02", "\(chain) and \(key) are no certificate and key", state: "Nothing was started.",
      remedy: "give a PEM certificate chain and its private key", cause: cause, exit: .refused)
  }
}
