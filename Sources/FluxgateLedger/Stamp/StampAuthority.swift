public import FluxgateSeal

/// Somebody who dates what is shown to them (RFC 3161), and what their stamps must lead to.
public struct StampAuthority: Hashable, Sendable {
  /// `http://` or `https://`. Plain HTTP is usual: the reply is signed, and shows only a digest.
  public let url: String
  public let roots: StampRoots

  public init(url: String, roots: StampRoots) {
    self.url = url
    self.roots = roots
  }

  /// Asks for a stamp over `text` and verifies it: the authority sees its SHA-256 alone.
  public func stamp(
    _ text: [UInt8], over exchange: HTTPExchange
  ) async throws(StampFault) -> TimeStamp {
    let request = StampRequest(dating: text)
    let answer: HTTPAnswer
    do throws(ExchangeError) {
      answer = try await exchange.send(
        "POST", url, headers: [("content-type", "application/timestamp-query")],
        body: request.bytes, limit: TimeStamp.byteCountMax)
    } catch {
      throw .exchange(error)
    }
    guard answer.status == 200 else { throw .status(answer.status) }
    do throws(StampError) {
      return try TimeStamp(answer.body, answering: request, roots: roots)
    } catch {
      throw .stamp(error)
    }
  }
}

/// Why an authority gave no stamp.
public enum StampFault: Error, Hashable, Sendable {
  case exchange(ExchangeError)
  /// Another HTTP status than 200.
  case status(Int)
  /// Its reply is not believed.
  case stamp(StampError)
}
