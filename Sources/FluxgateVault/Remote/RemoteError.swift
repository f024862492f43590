public import FluxgateLedger

/// Why a vault server did not do what it was asked, or what it sent is refused.
public enum RemoteError: Error, Sendable {
  /// Not `http://` or `https://` and a host.
  case badURL(String)
  /// `http://` and a host that is not this machine: what is asked and answered would be readable on
  /// the way.
  case unprotected(String)
  case exchange(ExchangeError)
  /// No grant permits it: the code of the nearest miss, and the refusal's entry in the ledger.
  case refused(reason: String, index: UInt64)
  /// Any other refusal: the status, and the server's word for it.
  case status(Int, String)
  /// Too many requests, for longer than a client waits.
  case busy(seconds: Int)
  /// The server's answer is not of its form; the text names the part.
  case malformed(String)
  /// The receipt does not show that what was handed in has its entry in the vault's ledger; the text
  /// says what is wrong with it.
  case unproven(String)
  /// An object is not what the release named.
  case damaged(String)
  /// This machine's own disk, or a recording that was fetched and does not verify.
  case local(VaultError)
}
