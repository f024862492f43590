internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOHTTP1

extension HTTPExchange {
  /// Most bytes of a body that comes with another status than 200 or 206.
  private static let refusalByteCountMax = 65_536

  /// Gets a body into a file, going on where an earlier call was cut.
  ///
  /// What the file already holds is kept, and only the rest is asked for (RFC 9110 section 14); a
  /// server that sends all of it anyway starts the file anew. After an error the file holds what
  /// came. The caller checks the whole: nothing here says that the two parts belong together.
  ///
  /// - Parameters:
  ///   - path: made if missing; its folder must exist. Durable when this returns.
  ///   - limit: most bytes of the whole file.
  /// - Returns: status 200 or 206 with an empty body, or another status with the server's words
  ///   and the file as it was.
  public func download(
    _ url: String, headers: [(String, String)] = [], to path: String, limit: Int
  ) async throws(ExchangeError) -> HTTPAnswer {
    let kept = try Self.byteCount(of: path)
    guard kept <= limit else { throw .tooLarge(limit: limit) }
    let range = kept > 0 ? [("range", "bytes=\(kept)-")] : []
    let request = try Self.request("GET", url, headers + range, [])
    do {
      let response = try await client.execute(request, timeout: .seconds(Int64(timeout)))
      let goesOn = Self.goesOn(response, from: kept)
      guard response.status == .ok || goesOn else {
        return try await Self.answer(response, limit: Self.refusalByteCountMax)
      }
      let file = try OpenFile(path, O_WRONLY | O_CREAT | (goesOn ? O_APPEND : O_TRUNC))
      try await Self.take(response.body, into: file, room: limit - (goesOn ? kept : 0))
      return HTTPAnswer(
        status: Int(response.status.code), headers: Self.headers(of: response), body: [])
    } catch {
      throw failure(error, limit: limit)
    }
  }

  private static func byteCount(of path: String) throws(ExchangeError) -> Int {
    do throws(LedgerError) {
      return try OpenFile(path, O_RDONLY).byteCount()
    } catch .file(.open, _, number: ENOENT) {
      return 0
    } catch {
      throw .file(error)
    }
  }

  /// Whether the body is what follows the first `kept` bytes, and says so.
  private static func goesOn(_ response: HTTPClientResponse, from kept: Int) -> Bool {
    let ranges = response.headers["content-range"]
    return kept > 0 && response.status == .partialContent && ranges.count == 1
      && ranges[0].hasPrefix("bytes \(kept)-")
  }

  private static func take(
    _ body: HTTPClientResponse.Body, into file: OpenFile, room: Int
  ) async throws {
    var room = room
    for try await piece in body {
      room -= piece.readableBytes
      guard room >= 0 else { throw NIOTooManyBytesError(maxBytes: room) }
      try file.write([UInt8](piece.readableBytesView))
    }
    try file.sync()
  }
}
