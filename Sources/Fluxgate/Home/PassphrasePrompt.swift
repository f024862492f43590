internal import Glibc

/// Asks on the terminal without showing what is typed.
enum PassphrasePrompt {
  /// The line without its end; nil where standard input is no terminal. Ctrl-C is an answer of its
  /// own, so that the terminal is put back before the program ends.
  static func ask(_ question: String) throws(Fault) -> [UInt8]? {
    guard isatty(STDIN_FILENO) == 1 else { return nil }
    // Not standard output: that may be a file, or read by a program.
    let terminal = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard terminal >= 0 else { return nil }
    defer { close(terminal) }
    var saved = termios()
    // SAFETY: the kernel fills one structure, and reads one below.
    guard unsafe tcgetattr(terminal, &saved) == 0 else { return nil }
    var silent = saved
    silent.c_lflag &= ~tcflag_t(ECHO | ISIG)
    // SAFETY: VEOL is a place within the table. Ctrl-C ends the line, as a signal no longer does.
    unsafe withUnsafeMutableBytes(of: &silent.c_cc) { table in
      unsafe table[Int(VEOL)] = interrupt
    }
    unsafe tcsetattr(terminal, TCSAFLUSH, &silent)
    defer { unsafe tcsetattr(terminal, TCSAFLUSH, &saved) }
    say(question, on: terminal)
    let line = line(from: terminal)
    say("\n", on: terminal)
    guard line.last != interrupt else {
      throw Fault("K11", "no passphrase was given", remedy: "try again", exit: .refused)
    }
    return line
  }

  private static let interrupt: UInt8 = 3

  private static func line(from terminal: Int32) -> [UInt8] {
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while line.count < 1024 {
      // SAFETY: one byte of our own.
      let count = unsafe read(terminal, &byte, 1)
      if count < 0, errno == EINTR { continue }
      if count <= 0 || byte == 0x0A { break }
      line.append(byte)
      if byte == interrupt { break }
    }
    return line
  }

  private static func say(_ text: String, on terminal: Int32) {
    let bytes = Array(text.utf8)
    // SAFETY: the array is read during the call only. A prompt that is not seen costs nothing.
    _ = unsafe write(terminal, bytes, bytes.count)
  }
}
