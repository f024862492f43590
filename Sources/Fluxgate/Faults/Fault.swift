/// How a command ends; the same for every command.
public enum ExitStatus: Int32, Sendable {
  case done = 0
  /// Failed, or not verifiable.
  case failed = 1
  /// Refused before anything was started: usage, configuration, check.
  case refused = 2
  /// Done, but incomplete or with recorded loss.
  case incomplete = 3
  /// Integrity broken.
  case damaged = 4
  /// The device is absent.
  case deviceAbsent = 5
}

/// What a technician is told when something is wrong: never a stack trace, a secret or a patient.
public struct Fault: Error, Sendable, Hashable {
  /// Stable code: a letter for the area and a number ("T03").
  public let code: String
  /// What happened, in one line.
  public let title: String
  /// What is safe, what will happen by itself.
  public let state: String
  /// What to try.
  public let remedy: String
  /// The cause as the system or the checker named it.
  public let cause: String
  public let exit: ExitStatus

  public init(
    _ code: String, _ title: String, state: String = "", remedy: String, cause: String = "",
    exit: ExitStatus
  ) {
    self.code = code
    self.title = title
    self.state = state
    self.remedy = remedy
    self.cause = cause
    self.exit = exit
  }

  /// The fault as text of at most `columns` characters a line.
  public func text(columns: Int = 80) -> String {
    var lines = TextBlock.wrap("\(code)  \(title)", columns: columns, hanging: 5)
    if !state.isEmpty { lines += TextBlock.wrap("  \(state)", columns: columns, hanging: 2) }
    lines += TextBlock.wrap("  Try: \(remedy)", columns: columns, hanging: 7)
    if !cause.isEmpty { lines += TextBlock.wrap("  Cause: \(cause)", columns: columns, hanging: 9) }
    return lines.joined(separator: "\n")
  }
}

/// Text broken into lines for a terminal.
public enum TextBlock {
  /// Breaks at spaces; a word longer than a line stands alone and whole, so that paths can be copied.
  public static func wrap(_ text: String, columns: Int, hanging: Int) -> [String] {
    if text.count <= columns { return [text] }
    var lines: [String] = []
    let margin = String(repeating: " ", count: hanging)
    let lead = String(text.prefix { $0 == " " })
    var line = lead
    var isFresh = true
    for word in text.split(separator: " ") {
      if !isFresh, line.count + 1 + word.count > columns {
        lines.append(line)
        line = margin
        isFresh = true
      }
      line += (isFresh ? "" : " ") + word
      isFresh = false
    }
    return lines + [line]
  }
}
