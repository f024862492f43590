/// Finds where frames begin and end in a stream of bytes. Keeps no bytes.
///
/// Three answers, not two: a frame, not enough yet, or bytes that can belong to no frame.
public protocol Framer {
  /// The longest frame on the wire, delimiters and escapes included.
  var longestFrame: Int { get }

  /// Judges the bytes that wait, from their first. Never asked with none.
  mutating func judge(_ bytes: RawSpan) -> FrameVerdict

  /// Judges bytes behind which nothing more comes, as the link ended; never `needMore`.
  mutating func judgeLast(_ bytes: RawSpan) -> FrameVerdict

  /// Forgets what was seen: the link was closed and opened anew.
  mutating func reset()
}

extension Framer {
  /// Most frames end where they say they do: what waits is part of one.
  public mutating func judgeLast(_ bytes: RawSpan) -> FrameVerdict {
    .skip(byteCount: bytes.byteCount, nil)
  }
}

public enum FrameVerdict: Equatable, Sendable {
  /// The first `byteCount` bytes are a frame.
  case frame(byteCount: Int)
  /// No verdict before `atLeast` bytes are there; at most `longestFrame`.
  case needMore(atLeast: Int)
  /// The first `byteCount` bytes belong to no frame; `nil` for harmless filling.
  case skip(byteCount: Int, FramingFault?)
}

public enum FramingFault: Error, Equatable, Sendable {
  /// Bytes before a start mark.
  case noise
  case badLength(Int)
  case badChecksum
  case badEscape
  case tooLong
}
