/// What a server answered, whatever its status.
public struct HTTPAnswer: Hashable, Sendable {
  public let status: Int
  /// Names in lower case, in the order they came.
  public let headers: [Header]
  public let body: [UInt8]

  public struct Header: Hashable, Sendable {
    public let name: String
    public let value: String
  }

  /// The value of the only header of that name; nil if it is missing or there is more than one.
  ///
  /// - Parameter name: in lower case.
  public func header(_ name: String) -> String? {
    let found = headers.filter { $0.name == name }
    return found.count == 1 ? found[0].value : nil
  }
}
