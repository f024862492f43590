internal import FluxgateSignal

/// What a server's header carries behind its fixed part: what its channels are, and notes.
///
/// Source: the header chunks in the FieldTrip project's buffer protocol page and message.h. Chunk
/// types that are not known are named and passed over.
struct FieldTripChunks {
  /// Something to be recorded once as an event.
  struct Note: Equatable {
    var label: String
    var value: EventValue
  }

  private static let mostNotes = 256
  private static let longestName = 64

  private(set) var names: [String] = []
  private(set) var resolutions: [Double] = []
  /// The kind of each channel by its flag; empty where there are none.
  private(set) var flags: [String] = []
  private(set) var channels: [FifChannel] = []
  private(set) var notes: [Note] = []

  mutating func read(
    _ type: UInt32, _ chunk: RawSpan, _ order: FieldTripByteOrder, channelCount: Int
  ) {
    switch type {
    case 1: names = Self.texts(chunk, most: channelCount)
    case 2: readFlags(chunk, channelCount)
    case 3: resolutions = (0..<channelCount).compactMap { order.f64(chunk, at: $0 * 8) }
    case 4: readPairs(chunk)
    case 5: noteFile("NIfTI-1 header", chunk)
    case 6: noteFile("Siemens protocol", chunk)
    case 7: noteFile("CTF .res4 file", chunk)
    case 8:
      channels = FifFile.channels(in: chunk, most: channelCount)
      noteFile("Neuromag header", chunk)
    case 9: readPoints("isotrak", chunk)
    case 10: readPoints("HPI result", chunk)
    default: noteFile("unknown chunk \(type)", chunk)
    }
  }

  /// A text of kinds with underscores between them, then a byte for each channel that counts them
  /// from 1.
  private mutating func readFlags(_ chunk: RawSpan, _ channelCount: Int) {
    guard let text = Self.texts(chunk, most: 1).first else { return }
    let start = (0..<chunk.byteCount).first { chunk.u8(at: $0) == 0 }.map { $0 + 1 } ?? 0
    let kinds = text.split(separator: "_").map { $0.lowercased() }
    let found = (0..<channelCount).compactMap { chunk.u8(at: start + $0) }.map(Int.init)
    guard start > 0, found.count == channelCount else { return note("channel flags", "cut short") }
    flags = found.map { $0 >= 1 && $0 <= kinds.count ? kinds[$0 - 1] : "" }
    note("channel flags", text)
  }

  /// Keys and values by turns, each closed by a zero; an empty key ends them.
  private mutating func readPairs(_ chunk: RawSpan) {
    let texts = Self.texts(chunk, most: Self.mostNotes * 2, longest: 256)
    for place in stride(from: 0, to: texts.count - 1, by: 2) {
      guard !texts[place].isEmpty else { return }
      note(texts[place], texts[place + 1])
    }
  }

  private mutating func readPoints(_ name: String, _ chunk: RawSpan) {
    noteFile(name, chunk)
    for point in FifFile.points(in: chunk, most: Self.mostNotes) {
      note("\(name) point", point.words)
    }
  }

  /// A file is not kept whole: its size and checksum say later which one it was.
  private mutating func noteFile(_ name: String, _ chunk: RawSpan) {
    let sum = TioChecksum.of(TioBytes.copy(chunk))
    let digits = String(sum, radix: 16)
    let padded = String(repeating: "0", count: 8 - digits.count) + digits
    note(name, "\(chunk.byteCount) bytes, CRC-32 \(padded)")
  }

  private mutating func note(_ label: String, _ text: String) {
    guard notes.count < Self.mostNotes else { return }
    notes.append(Note(label: label, value: .text(text)))
  }

  /// Texts that are each closed by a zero; the last may lack it.
  private static func texts(
    _ chunk: RawSpan, most: Int, longest: Int = longestName
  ) -> [String] {
    var texts: [String] = []
    var text: [UInt8] = []
    var isOpen = false
    for offset in 0..<chunk.byteCount where texts.count < most {
      isOpen = chunk.u8(at: offset) != 0
      if let byte = chunk.u8(at: offset), isOpen {
        if text.count < longest { text.append(byte) }
        continue
      }
      texts.append(String(decoding: text, as: UTF8.self))
      text.removeAll(keepingCapacity: true)
    }
    if isOpen, texts.count < most { texts.append(String(decoding: text, as: UTF8.self)) }
    return texts
  }
}
