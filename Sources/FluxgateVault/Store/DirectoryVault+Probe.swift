internal import FluxgateSeal

extension DirectoryVault {
  /// Tries, with objects of its own, what the vault is built on. To be called when a vault is set up.
  ///
  /// Some network and FUSE file systems replace where they were told not to: those are refused with
  /// `VaultError.unfit`. Leaves nothing behind.
  public func probe() throws(VaultError) {
    let name = try ObjectName("probe/\(hexadecimal(RandomBytes.make(16)))")
    do {
      try probe(name)
    } catch {
      _ = try? delete(name)
      throw error
    }
  }

  private func probe(_ name: ObjectName) throws(VaultError) {
    let first: [UInt8] = Array("first".utf8)
    guard try put(name, first), try !put(name, first) else { throw unfit(.replaces) }
    try refusesOther(name)
    guard try get(name) == first else { throw unfit(.notRead) }
    guard try list("probe/").contains(name) else { throw unfit(.notListed) }
    guard try delete(name), try !list("probe/").contains(name) else { throw unfit(.notDeleted) }
  }

  /// Past the look whether the name is taken: what counts is that the kernel refuses.
  private func refusesOther(_ name: ObjectName) throws(VaultError) {
    let other = try ObjectName(name.text + "-other")
    try put(other, Array("other".utf8))
    let replaced = try Folders.renameIfAbsent(place(other), to: place(name))
    if !replaced { try delete(other) }
    guard !replaced else { throw unfit(.replaces) }
  }

  private func unfit(_ fault: ProbeFault) -> VaultError { .unfit(path: path, fault) }
}
