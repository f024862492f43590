public import FluxgateVault

extension GatewayHome {
  var stamps: StampShelf { StampShelf(folder: path + "/stamps") }

  /// Nil where no authority is named.
  public func stamping() throws(Fault) -> Stamping? {
    try Stamping(shelf: stamps, authorityFile: AuthorityFile(home: path))
  }
}

extension VaultHome {
  var stamps: StampShelf { StampShelf(folder: stampFolder) }

  /// Nil where no authority is named.
  public func stamping() throws(Fault) -> Stamping? {
    try Stamping(shelf: stamps, authorityFile: AuthorityFile(home: path))
  }
}

extension Stamping {
  fileprivate init?(shelf: StampShelf, authorityFile: AuthorityFile) throws(Fault) {
    let known = try authorityFile.read()
    guard !known.isEmpty else { return nil }
    self.init(shelf: shelf, authorities: known, interval: try authorityFile.interval())
  }
}
