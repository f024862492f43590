/// One element of a stream's description with its text and children; attributes are passed over.
public struct LSLElement: Sendable, Hashable {
  public var name: String
  /// Without the space around it; at most 1024 bytes are kept.
  public var text = ""
  public var children: [LSLElement] = []

  public subscript(_ name: String) -> LSLElement? { children.first { $0.name == name } }

  /// The text of the first child of that name; nil where there is none or it is empty.
  public func text(_ name: String) -> String? {
    self[name].flatMap { $0.text.isEmpty ? nil : $0.text }
  }
}

/// Reads the XML of stream descriptions: elements, texts, the five named entities and numbered ones.
///
/// It comes from strangers on the network, so everything is bounded, a document type (and with it
/// every entity of the document's own) is refused, and nothing outside the bytes is ever looked at.
/// Forgiving where it does no harm: attributes, comments, instructions and unknown entities pass.
public struct LSLElementReader {
  public static let mostBytes = 4 << 20
  private static let mostElements = 1 << 17
  private static let deepest = 32
  private static let longestName = 64
  private static let longestText = 1024

  private let bytes: [UInt8]
  private var place = 0
  private var open: [LSLElement] = []
  private var count = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// - Returns: the root element; nil for what is not a whole document.
  public static func read(_ bytes: [UInt8]) -> LSLElement? {
    guard bytes.count <= mostBytes else { return nil }
    var reader = LSLElementReader(bytes)
    return reader.root()
  }

  private mutating func root() -> LSLElement? {
    while place < bytes.count {
      takeText()
      guard place < bytes.count else { return nil }
      if starts("<!--") {
        guard pass("-->") else { return nil }
      } else if starts("<![CDATA[") {
        guard takeVerbatim() else { return nil }
      } else if starts("<?") {
        guard pass("?>") else { return nil }
      } else if starts("<!") {
        return nil
      } else if starts("</") {
        guard let closed = close() else { return nil }
        if open.isEmpty { return closed }
        open[open.count - 1].children.append(closed)
      } else {
        guard let whole = begin() else { return nil }
        if let whole, open.isEmpty { return whole }
        if let whole { open[open.count - 1].children.append(whole) }
      }
    }
    return nil
  }

  // MARK: - Tags

  /// - Returns: nil for no start tag; an inner nil when the element stays open.
  private mutating func begin() -> LSLElement?? {
    place += 1
    let start = place
    while let byte = current, byte > 0x20, byte != 0x2F, byte != 0x3E { place += 1 }
    count += 1
    guard place > start, place - start <= Self.longestName, count <= Self.mostElements,
      open.count < Self.deepest
    else { return nil }
    let element = LSLElement(name: String(decoding: bytes[start..<place], as: UTF8.self))
    guard let isEmpty = passAttributes() else { return nil }
    if isEmpty { return .some(element) }
    open.append(element)
    return .some(nil)
  }

  /// - Returns: whether the tag ends the element too; nil when it does not end.
  private mutating func passAttributes() -> Bool? {
    var quote: UInt8?
    while let byte = current {
      place += 1
      if let mark = quote {
        if byte == mark { quote = nil }
      } else if byte == 0x22 || byte == 0x27 {
        quote = byte
      } else if byte == 0x3E {
        return bytes[place - 2] == 0x2F
      }
    }
    return nil
  }

  private mutating func close() -> LSLElement? {
    place += 2
    let start = place
    while let byte = current, byte != 0x3E { place += 1 }
    guard current != nil, var element = open.popLast() else { return nil }
    let name = String(decoding: bytes[start..<min(place, start + 80)], as: UTF8.self)
    place += 1
    guard Self.trimmed(name) == element.name else { return nil }
    element.text = Self.trimmed(element.text)
    return element
  }

  // MARK: - Texts

  private mutating func takeText() {
    var text: [UInt8] = []
    while let byte = current, byte != 0x3C {
      let part = byte == 0x26 ? takeEntity() : takeByte(byte)
      if text.count < Self.longestText { text += part }
    }
    keep(text)
  }

  private mutating func takeByte(_ byte: UInt8) -> [UInt8] {
    place += 1
    return [byte]
  }

  private mutating func takeVerbatim() -> Bool {
    place += 9
    let start = place
    guard pass("]]>") else { return false }
    keep(Array(bytes[start..<min(place - 3, start + Self.longestText)]))
    return true
  }

  private mutating func keep(_ text: [UInt8]) {
    guard !open.isEmpty, !text.isEmpty else { return }
    let room = Self.longestText - open[open.count - 1].text.utf8.count
    guard room > 0 else { return }
    open[open.count - 1].text += String(decoding: text.prefix(room), as: UTF8.self)
  }

  private static let entities: [String: String] = [
    "lt": "<", "gt": ">", "amp": "&", "quot": "\"", "apos": "'",
  ]

  /// An entity that is not known stays as it is written.
  private mutating func takeEntity() -> [UInt8] {
    let limit = min(place + 12, bytes.count)
    guard let end = bytes[place..<limit].firstIndex(of: 0x3B) else { return takeByte(0x26) }
    let name = String(decoding: bytes[place + 1..<end], as: UTF8.self)
    guard let text = Self.entities[name] ?? Self.numbered(name) else { return takeByte(0x26) }
    place = end + 1
    return Array(text.utf8)
  }

  private static func numbered(_ name: String) -> String? {
    let digits = name.dropFirst(name.hasPrefix("#x") ? 2 : 1)
    guard name.hasPrefix("#"), let number = UInt32(digits, radix: name.hasPrefix("#x") ? 16 : 10)
    else { return nil }
    return Unicode.Scalar(number).map { String(Character($0)) }
  }

  private static func trimmed(_ text: String) -> String {
    let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
    let bytes = Array(text.utf8)
    guard let first = bytes.firstIndex(where: { !isSpace($0) }),
      let last = bytes.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return String(decoding: bytes[first...last], as: UTF8.self)
  }

  // MARK: - Bytes

  private var current: UInt8? { place < bytes.count ? bytes[place] : nil }

  private func starts(_ mark: StaticString) -> Bool { matches(mark, at: place) }

  private func matches(_ mark: StaticString, at start: Int) -> Bool {
    guard start + mark.utf8CodeUnitCount <= bytes.count else { return false }
    return "\(mark)".utf8.enumerated().allSatisfy { bytes[start + $0.offset] == $0.element }
  }

  private mutating func pass(_ mark: StaticString) -> Bool {
    while place < bytes.count {
      if matches(mark, at: place) {
        place += mark.utf8CodeUnitCount
        return true
      }
      place += 1
    }
    return false
  }
}
