internal import Glibc

/// The system's words for an error number.
enum ErrorNumber {
  static func text(_ number: Int32) -> String {
    // SAFETY: strerror gives a NUL-terminated text, copied before the next call on this thread.
    let words = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "unknown error"
    return "\(words) (errno \(number))"
  }
}
