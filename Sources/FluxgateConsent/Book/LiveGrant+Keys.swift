extension LiveGrant {
  /// Whether its holder may have data keys at all, whatever the category and time.
  ///
  /// Not who may only compute, for the data stays. Not who may see de-identified data only: what a
  /// key opens has true times and the devices' serial numbers in it.
  public var givesKeys: Bool {
    !actions.isDisjoint(with: [.read, .live]) && identity > .deidentified
  }
}
