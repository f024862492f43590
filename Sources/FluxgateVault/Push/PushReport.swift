/// What a push did.
public struct PushReport: Sendable, Hashable {
  /// Objects that were not in the vault before.
  public internal(set) var put: [String] = []
  public internal(set) var alreadyThereCount = 0
  /// Capsules that hold keys which the patient has erased: they stay out of the vault.
  public internal(set) var withheld: [String] = []
  /// Of the objects that were put.
  public internal(set) var byteCount: UInt64 = 0
}

/// An object that has just become durable in the vault, or was so already.
public struct PushProgress: Sendable, Hashable {
  public let name: String
  public let isNew: Bool
  /// Objects done so far, this one too, of `total`.
  public let done: Int
  public let total: Int
}
