internal import CPCRE2

/// PCRE2's own form of a pattern, made once and freed with the last of its users.
///
/// SAFETY of `@unchecked Sendable`: compiled code is never changed after `init`, and PCRE2 lets any
/// number of threads match with one (pcre2api, "Multithreading").
@safe final class CompiledPattern: @unchecked Sendable {
  /// Groups within groups; PCRE2 walks them by recursion when it compiles.
  private static let deepestGroup: UInt32 = 16
  /// Bytes, not text; plain parentheses only group; `$` is the very end of the subject.
  private static let options =
    PCRE2_NO_AUTO_CAPTURE | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C

  let code: OpaquePointer

  init(_ pattern: [UInt8]) throws(PatternError) {
    guard let context = unsafe pcre2_compile_context_create_8(nil) else { Self.outOfMemory() }
    defer { unsafe pcre2_compile_context_free_8(context) }
    _ = unsafe pcre2_set_parens_nest_limit_8(context, Self.deepestGroup)
    var fault: Int32 = 0
    var offset = 0
    // SAFETY: PCRE2 reads the array's own count of bytes and keeps none of them.
    let made = unsafe pcre2_compile_8(
      pattern, pattern.count, Self.options, &fault, &offset, context)
    guard let made = unsafe made else {
      throw .malformed(Self.message(fault), offset: min(offset, pattern.count))
    }
    unsafe code = made
  }

  deinit {
    // SAFETY: made in init, owned by this object alone.
    unsafe pcre2_code_free_8(code)
  }

  /// The highest group that is referred back to; 0 for none.
  var highestReference: UInt32 { number(UInt32(PCRE2_INFO_BACKREFMAX)) }
  var groupCount: Int { Int(number(UInt32(PCRE2_INFO_CAPTURECOUNT))) }

  /// Names of groups, in the order of their numbers from 1.
  func groupNames() -> [String] {
    let count = Int(number(UInt32(PCRE2_INFO_NAMECOUNT)))
    let width = Int(number(UInt32(PCRE2_INFO_NAMEENTRYSIZE)))
    var table: UnsafePointer<UInt8>?
    // SAFETY: PCRE2 points `table` at count x width bytes that live as long as the code: a
    // big-endian group number, then the name and a zero.
    guard unsafe pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMETABLE), &table) == 0,
      let table = unsafe table
    else { return [] }
    var names: [(number: Int, name: String)] = []
    for entry in 0..<count {
      let bytes = unsafe UnsafeBufferPointer(start: table + entry * width, count: width)
      let number = unsafe Int(bytes[0]) << 8 | Int(bytes[1])
      let name = unsafe bytes.dropFirst(2).prefix { $0 != 0 }
      unsafe names.append((number, String(decoding: name, as: UTF8.self)))
    }
    return names.sorted { $0.number < $1.number }.map(\.name)
  }

  private func number(_ question: UInt32) -> UInt32 {
    var answer: UInt32 = 0
    // SAFETY: the questions asked here are all answered with a u32.
    _ = unsafe pcre2_pattern_info_8(code, question, &answer)
    return answer
  }

  private static func message(_ fault: Int32) -> String {
    var text = [UInt8](repeating: 0, count: 128)
    // SAFETY: PCRE2 writes at most the told count of bytes, the ending zero included.
    let length = unsafe pcre2_get_error_message_8(fault, &text, text.count)
    guard length >= 0 else { return "fault \(fault)" }
    return String(decoding: text.prefix(Int(length)), as: UTF8.self)
  }

  static func outOfMemory() -> Never { fatalError("no memory for a pattern") }
}
