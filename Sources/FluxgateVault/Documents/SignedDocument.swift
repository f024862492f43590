internal import FluxgateSeal

/// `{"body", "signature"}` as the gateway signs `recording` and its manifests.
///
/// The vault reads of them what it needs to carry the right objects; the verifier reads the rest.
struct SignedDocument {
  let body: CBOR
  private let bytes: [UInt8]
  private let signature: [UInt8]

  init(_ file: [UInt8]) throws(ObjectFault) {
    guard let envelope = try? CBOR.decode(file), let bytes = envelope["body"]?.bytesValue,
      let signature = envelope["signature"]?.bytesValue, let body = try? CBOR.decode(bytes),
      body["format"] == .unsigned(1)
    else { throw .encoding }
    self.body = body
    self.bytes = bytes
    self.signature = signature
  }

  func check(_ domain: String, by key: VerifyingKey) throws(ObjectFault) {
    guard key.verifies(signature, domain: domain, over: bytes) else { throw .signature }
  }

  func bytes(_ field: String, count: Int) throws(ObjectFault) -> [UInt8] {
    guard let bytes = body[field]?.bytesValue, bytes.count == count else { throw .encoding }
    return bytes
  }
}

/// The file `recording`: whose it is.
struct HeadDocument {
  let recording: [UInt8]
  let gateway: VerifyingKey
  /// What the first manifest is chained to.
  let digest: [UInt8]
  /// Of all its streams, rising.
  let categories: [UInt16]

  /// Checks the signature by the key that the document names; who that is, is for the caller.
  init(_ file: [UInt8]) throws(ObjectFault) {
    let document = try SignedDocument(file)
    recording = try document.bytes("recording", count: 16)
    guard let key = VerifyingKey(bytes: try document.bytes("gateway", count: 32)) else {
      throw .encoding
    }
    try document.check("fluxgate/v1/recording", by: key)
    gateway = key
    categories = try Self.categories(of: document.body)
    digest = SHA256.digest(file)
  }

  private static func categories(of body: CBOR) throws(ObjectFault) -> [UInt16] {
    guard let streams = body["streams"]?.arrayValue else { throw .encoding }
    let categories = streams.compactMap { $0["category"]?.uint.flatMap(UInt16.init(exactly:)) }
    guard categories.count == streams.count else { throw .encoding }
    return Set(categories).sorted()
  }
}

/// A manifest: which segment's file belongs to it.
struct ManifestDocument {
  let segment: UInt32
  let epoch: UInt32
  /// Of the epoch's data keys, by category.
  let commitments: [UInt16: [UInt8]]
  let isClosed: Bool
  /// The segment's file.
  let file: DirectoryVault.Head
  /// Digest of the manifest's own file.
  let digest: [UInt8]

  var object: ObjectName { .segment(digest: file.sha256) }

  /// - Parameter previous: digest of the file that it must follow.
  init(
    _ bytes: [UInt8], _ number: UInt32, of head: HeadDocument, after previous: [UInt8]
  ) throws(ObjectFault) {
    let document = try SignedDocument(bytes)
    guard try document.bytes("gateway", count: 32) == head.gateway.bytes else {
      throw .foreignGateway
    }
    try document.check("fluxgate/v1/manifest", by: head.gateway)
    guard try document.bytes("recording", count: 16) == head.recording,
      document.body["segment"] == .unsigned(UInt64(number))
    else { throw .place }
    guard try document.bytes("previous", count: 32) == previous else { throw .chain }
    guard let epoch = document.body["epoch"]?.uint.flatMap(UInt32.init(exactly:)),
      let isClosed = document.body["closed"]?.boolValue,
      let commitments = Self.commitments(document.body["commitments"]),
      let size = document.body["file"]?["size"]?.uint,
      let digest = document.body["file"]?["digest"]?.bytesValue, digest.count == 32
    else { throw .encoding }
    segment = number
    self.epoch = epoch
    self.commitments = commitments
    self.isClosed = isClosed
    file = DirectoryVault.Head(byteCount: size, sha256: digest)
    self.digest = SHA256.digest(bytes)
  }

  private static func commitments(_ value: CBOR?) -> [UInt16: [UInt8]]? {
    guard let rows = value?.arrayValue else { return nil }
    var found: [UInt16: [UInt8]] = [:]
    for row in rows {
      guard let parts = row.arrayValue, parts.count == 2,
        let category = parts[0].uint.flatMap(UInt16.init(exactly:)),
        let commitment = parts[1].bytesValue
      else { return nil }
      found[category] = commitment
    }
    return found
  }
}
