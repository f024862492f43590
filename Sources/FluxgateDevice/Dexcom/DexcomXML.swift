/// One start tag of a receiver's XML, with its attributes.
struct DexcomXMLElement: Equatable {
  var name: String
  var attributes: [String: String] = [:]
}

/// Reads the start tags of the small ASCII XML that receivers send; knows nothing else of XML.
///
/// Bounded: at most 64 elements of 32 attributes, names and values of at most 256 bytes. Reading stops
/// at the first thing it does not understand, with what was found so far.
struct DexcomXML {
  private static let mostElements = 64
  private static let mostAttributes = 32
  private static let longestText = 256

  private let bytes: [UInt8]
  private var place = 0

  private init(_ source: RawSpan) {
    bytes = source.byteOffsets.prefix(4096).map { source.u8(at: $0) ?? 0 }
  }

  static func elements(in source: RawSpan) -> [DexcomXMLElement] {
    var reader = DexcomXML(source)
    var found: [DexcomXMLElement] = []
    while found.count < mostElements, let element = reader.nextElement() { found.append(element) }
    return found
  }

  private mutating func nextElement() -> DexcomXMLElement? {
    while advance(past: UInt8(ascii: "<")) {
      guard let name = takeName() else { continue }
      return DexcomXMLElement(name: name, attributes: takeAttributes())
    }
    return nil
  }

  private mutating func takeAttributes() -> [String: String] {
    var attributes: [String: String] = [:]
    for _ in 0..<Self.mostAttributes {
      skipSpace()
      guard let name = takeName() else { break }
      skipSpace()
      guard take(UInt8(ascii: "=")) else { break }
      skipSpace()
      guard let value = takeValue() else { break }
      attributes[name] = value
    }
    return attributes
  }

  private mutating func takeName() -> String? {
    let start = place
    while let byte = current, Self.belongsToName(byte) { place += 1 }
    guard place > start && place - start <= Self.longestText else { return nil }
    return String(decoding: bytes[start..<place], as: UTF8.self)
  }

  private mutating func takeValue() -> String? {
    guard let quote = current, quote == 0x22 || quote == 0x27 else { return nil }
    place += 1
    let start = place
    while let byte = current, byte != quote {
      guard byte >= 0x20 && byte < 0x7F && place - start < Self.longestText else { return nil }
      place += 1
    }
    guard take(quote) else { return nil }
    return String(decoding: bytes[start..<place - 1], as: UTF8.self)
  }

  private var current: UInt8? { place < bytes.count ? bytes[place] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    place += 1
    return true
  }

  private mutating func advance(past byte: UInt8) -> Bool {
    while let found = current {
      place += 1
      if found == byte { return true }
    }
    return false
  }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || (0x09...0x0D).contains(byte) { place += 1 }
  }

  private static func belongsToName(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
    default: false
    }
  }
}
