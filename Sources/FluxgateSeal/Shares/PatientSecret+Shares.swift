extension PatientSecret {
  /// The root secret as shares of SLIP-0039, group by group; 33 words each.
  public func shares(
    by plan: SharePlan, passphrase: [UInt8] = []
  ) throws(ShareError) -> [[Share]] {
    var root = copyRoot()
    defer { root.wipe() }
    return try SecretShares.split(root, by: plan, passphrase: passphrase)
  }
}
