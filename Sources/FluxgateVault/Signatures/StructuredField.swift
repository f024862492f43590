internal import FluxgateLedger

/// A bare item of a structured field (RFC 8941 section 3.3), without decimals: signatures have none.
enum StructuredItem: Hashable, Sendable {
  case integer(Int64)
  case string(String)
  case token(String)
  case bytes([UInt8])
  case boolean(Bool)

  /// The one spelling of the item (section 4.1).
  var text: String {
    switch self {
    case .integer(let value): String(value)
    case .string(let value): Self.quoted(value)
    case .token(let value): value
    case .bytes(let value): ":\(Base64.encode(value)):"
    case .boolean(let value): value ? "?1" : "?0"
    }
  }

  var string: String? { if case .string(let value) = self { value } else { nil } }
  var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
  var bytes: [UInt8]? { if case .bytes(let value) = self { value } else { nil } }

  private static func quoted(_ value: String) -> String {
    var text = "\""
    for character in value {
      if character == "\"" || character == "\\" { text.append("\\") }
      text.append(character)
    }
    return text + "\""
  }
}

struct StructuredParameters: Hashable, Sendable {
  private(set) var pairs: [Pair] = []

  struct Pair: Hashable, Sendable {
    let name: String
    let value: StructuredItem
  }

  subscript(name: String) -> StructuredItem? { pairs.first { $0.name == name }?.value }

  mutating func add(_ name: String, _ value: StructuredItem) {
    pairs.append(Pair(name: name, value: value))
  }

  var text: String {
    pairs.map { pair in
      pair.value == .boolean(true) ? ";\(pair.name)" : ";\(pair.name)=\(pair.value.text)"
    }.joined()
  }
}

/// `("a" "b");created=1`.
struct InnerList: Hashable, Sendable {
  var items: [Item] = []
  var parameters = StructuredParameters()

  struct Item: Hashable, Sendable {
    let value: StructuredItem
    var parameters = StructuredParameters()
  }

  var text: String {
    "(\(items.map { $0.value.text + $0.parameters.text }.joined(separator: " ")))"
      + parameters.text
  }
}

/// What a dictionary holds under a key.
enum DictionaryMember: Hashable, Sendable {
  case item(StructuredItem, StructuredParameters)
  case list(InnerList)
}
