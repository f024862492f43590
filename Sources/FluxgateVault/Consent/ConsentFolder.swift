public import FluxgateConsent
internal import FluxgateSeal

/// The consent records that a gateway has accepted, in its own home: one that somebody takes out of
/// the vault counts on. ``ConsentFormat``, "What a gateway keeps".
public struct ConsentFolder: Sendable, Hashable {
  public struct Record: Sendable, Hashable {
    public let consent: SignedConsent
    /// When the gateway first saw it, by its clock's floor: seconds of UTC since 1970.
    public let seenAt: Int64

    public init(_ consent: SignedConsent, seenAt: Int64) {
      self.consent = consent
      self.seenAt = seenAt
    }

    fileprivate init?(_ file: [UInt8]) {
      guard let parts = (try? CBOR.decode(file))?.arrayValue, parts.count == 3,
        parts[0] == .unsigned(1), let bytes = parts[1].bytesValue, let seenAt = parts[2].int,
        let consent = try? SignedConsent(bytes)
      else { return nil }
      self.init(consent, seenAt: seenAt)
    }

    fileprivate var file: [UInt8] {
      CBOR.array([.unsigned(1), .bytes(consent.bytes), .int(seenAt)]).encoded()
    }
  }

  public let path: String

  /// - Parameter path: of one patient; made with the first record, in a folder that is made too.
  public init(_ path: String) { self.path = path }

  /// Throws for a file that cannot be read: it may be the one that ends a grant.
  public func records() throws(VaultError) -> [Record] {
    var found: [Record] = []
    for (name, _) in try Folders.list(path) {
      guard let record = try HomeFile.read(place(name)).flatMap(Record.init),
        record.consent.record.id.text == name
      else { throw .refused(place(name), .encoding) }
      found.append(record)
    }
    return found
  }

  /// Durable when this returns. A record that is kept already stays as it was seen first.
  public func keep(_ record: Record) throws(VaultError) {
    let name = place(record.consent.record.id.text)
    guard try VaultFile.reading(name) == nil else { return }
    let all = Folders.parent(of: path)
    for folder in [all, path] {
      try Folders.make(folder)
      try Folders.sync(Folders.parent(of: folder))
    }
    try HomeFile.create(name, record.file)
  }

  private func place(_ name: String) -> String { "\(path)/\(name)" }
}
