internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import NIOCore

/// Turns answers into Hummingbird's responses.
enum ResponseWriting {
  /// - Parameter range: the request's `Range` field: `bytes=N-` is honoured for files.
  static func response(_ answer: WebAnswer, range: String? = nil) -> Response {
    switch answer.body {
    case .bytes(let bytes):
      Response(
        status: .init(code: answer.status), headers: fields(answer),
        body: body(bytes))
    case .file(let path, let byteCount, let isTemporary):
      file(
        answer, FileBody(path: path, byteCount: byteCount, isTemporary: isTemporary), byteCount,
        range)
    }
  }

  /// The answer, and the end of the connection soon after: time for the client to read it.
  static func lastResponse(_ answer: WebAnswer, on channel: any Channel) -> Response {
    var last = response(answer)
    last.headers[.connection] = "close"
    channel.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
    return last
  }

  /// In pieces, so that ``ConnectionWatch`` sees a slow client take them.
  private static func body(_ bytes: [UInt8]) -> ResponseBody {
    guard bytes.count > FileBody.pieceByteCount else {
      return ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
    }
    return ResponseBody(contentLength: bytes.count) { writer in
      for start in stride(from: 0, to: bytes.count, by: FileBody.pieceByteCount) {
        let end = min(start + FileBody.pieceByteCount, bytes.count)
        try await writer.write(ByteBuffer(bytes: bytes[start..<end]))
      }
      try await writer.finish(nil)
    }
  }

  private static func file(
    _ answer: WebAnswer, _ file: FileBody?, _ byteCount: UInt64, _ range: String?
  ) -> Response {
    guard let file else { return response(.text(500, "the object cannot be read")) }
    var headers = fields(answer)
    guard let start = range.flatMap(start(of:)), start > 0, start < byteCount else {
      return Response(
        status: .init(code: answer.status), headers: headers, body: file.body(from: 0))
    }
    headers[.contentRange] = "bytes \(start)-\(byteCount - 1)/\(byteCount)"
    return Response(status: .partialContent, headers: headers, body: file.body(from: start))
  }

  /// Other ranges are ignored, as RFC 9110 allows: the whole file is sent.
  private static func start(of range: String) -> UInt64? {
    guard range.hasPrefix("bytes="), range.hasSuffix("-") else { return nil }
    return UInt64(range.dropFirst(6).dropLast())
  }

  private static func fields(_ answer: WebAnswer) -> HTTPFields {
    var fields = HTTPFields()
    for (name, value) in answer.headers {
      if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
    }
    return fields
  }
}
