public import FluxgateSeal

/// One HTTP message signature (RFC 9421) by Ed25519 over a request.
///
/// Components are derived ones and whole fields; component parameters (`sf`, `key`, `bs`, `req`,
/// `tr`, `@query-param`) are refused: nothing here needs them, and each is a way to misread.
public struct MessageSignature: Hashable, Sendable {
  public let label: String
  /// What it covers, in its order.
  public let components: [String]
  /// The `@signature-params` line's value: the list and its parameters in their one spelling.
  let parameters: InnerList
  /// 64 bytes.
  let signature: [UInt8]

  public var created: Int64? { parameters.parameters["created"]?.integer }
  public var expires: Int64? { parameters.parameters["expires"]?.integer }
  public var keyID: String? { parameters.parameters["keyid"]?.string }
  public var nonce: String? { parameters.parameters["nonce"]?.string }
  public var tag: String? { parameters.parameters["tag"]?.string }

  public var inputField: String { "\(label)=\(parameters.text)" }
  public var signatureField: String { "\(label)=\(StructuredItem.bytes(signature).text)" }

  /// Reads the two fields, which must hold exactly one signature, under one label.
  ///
  /// - Parameters:
  ///   - input: the value of `Signature-Input`; several lines joined by commas.
  ///   - signature: the value of `Signature`.
  public init(input: String, signature: String) throws(SignatureError) {
    let inputs = try StructuredReader.dictionary(input)
    let signatures = try StructuredReader.dictionary(signature)
    guard inputs.count == 1, signatures.count == 1, let (label, member) = inputs.first else {
      throw .unsigned
    }
    guard case .list(let list) = member else { throw .malformed("signature-input") }
    guard case .item(.bytes(let bytes), _)? = signatures[label], bytes.count == 64 else {
      throw .malformed("signature")
    }
    self.label = label
    self.signature = bytes
    parameters = list
    components = try Self.components(list)
    try checkParameters()
  }

  /// Signs what `components` name of `message`.
  ///
  /// - Parameters:
  ///   - created: seconds of UTC since 1970.
  ///   - nonce, tag: printable ASCII; left out when nil.
  public init(
    signing message: RequestMessage, components: [String], created: Int64, keyID: String,
    nonce: String? = nil, tag: String? = nil, label: String, by key: SigningKey
  ) throws(SignatureError) {
    var list = InnerList(items: components.map { .init(value: .string($0)) })
    list.parameters.add("created", .integer(created))
    list.parameters.add("keyid", .string(keyID))
    if let nonce { list.parameters.add("nonce", .string(nonce)) }
    if let tag { list.parameters.add("tag", .string(tag)) }
    self.label = label
    self.components = try Self.components(list)
    parameters = list
    signature = key.sign(Array(try Self.base(list, of: message).utf8))
  }

  /// Whether `key` signed what the signature covers of `message`.
  public func check(_ message: RequestMessage, by key: VerifyingKey) throws(SignatureError) {
    let base = try Self.base(parameters, of: message)
    guard key.verifies(signature, over: Array(base.utf8)) else { throw .badSignature }
  }

  /// The signature base (section 2.5).
  static func base(
    _ list: InnerList, of message: RequestMessage
  ) throws(SignatureError) -> String {
    var base = ""
    for name in try components(list) {
      base += "\"\(name)\": \(try message.component(name))\n"
    }
    return base + "\"@signature-params\": \(list.text)"
  }

  private static func components(_ list: InnerList) throws(SignatureError) -> [String] {
    var names: [String] = []
    for item in list.items {
      guard let name = item.value.string, name == name.lowercased() else {
        throw .malformed("a component's name")
      }
      guard item.parameters.pairs.isEmpty else { throw .unsupported("component parameters") }
      guard !names.contains(name) else { throw .malformed("\(name) is covered twice") }
      names.append(name)
    }
    return names
  }

  /// Known parameters have their types (section 2.3); an algorithm, where named, is ours.
  private func checkParameters() throws(SignatureError) {
    for pair in parameters.parameters.pairs {
      switch (pair.name, pair.value) {
      case ("created", .integer), ("expires", .integer), ("keyid", .string), ("nonce", .string),
        ("tag", .string):
        continue
      case ("alg", .string(let algorithm)):
        guard algorithm == "ed25519" else { throw .wrongAlgorithm }
      case ("created", _), ("expires", _), ("keyid", _), ("nonce", _), ("tag", _), ("alg", _):
        throw .malformed(pair.name)
      default: throw .unsupported("parameter \(pair.name)")
      }
    }
  }
}
