/// Why the text of a key file is refused. Lines count from 1. Nothing of the file's content is told.
public enum KeyFileError: Error, Hashable, Sendable, CustomStringConvertible {
  case tooLong(byteCount: Int)
  /// `found` is the kind that the file has, if it is one of Fluxgate's.
  case wrongKind(expected: String, found: String?)
  /// Not "name value" and a line feed, or a control character in it.
  case badLine(line: Int)
  case missing(field: String, line: Int)
  case badValue(field: String, line: Int)
  case wrongChecksum(line: Int)
  /// Something after the last field that such a file has.
  case trailing(line: Int)

  public var line: Int {
    switch self {
    case .tooLong, .wrongKind: 1
    case .badLine(let line), .missing(_, let line), .badValue(_, let line),
      .wrongChecksum(let line), .trailing(let line):
      line
    }
  }

  public var description: String {
    switch self {
    case .tooLong(let count): "\(count) bytes are too many for a key file"
    case .wrongKind(let expected, let found?): "line 1: a \(found) file, not \(expected)"
    case .wrongKind(let expected, nil): "line 1: not \(expected)"
    case .badLine(let line): "line \(line): not a name, a space and a value"
    case .missing(let field, let line): "line \(line): \(field) expected"
    case .badValue(let field, let line): "line \(line): \(field) has no proper value"
    case .wrongChecksum(let line): "line \(line): the checksum does not fit: a line was changed"
    case .trailing(let line): "line \(line): nothing more was expected"
    }
  }
}
