/// How one interface of a USB device is read and written, as its profile says.
public struct USBLinkSettings: Sendable, Hashable {
  /// Where the gateway's bytes go.
  public enum Output: Sendable, Hashable {
    case none
    /// A bulk OUT endpoint; each write is one transfer.
    case bulk(UInt8)
    /// An interrupt OUT endpoint; each write is one report.
    case interrupt(UInt8)
    /// HID SET_REPORT (output report 0) on the control pipe; each write is one report.
    case setReport
  }

  public enum InputKind: Sendable, Hashable { case bulk, interrupt }

  public var interface: UInt8
  public var alternate: UInt8
  /// The IN endpoint's address, direction bit included (0x82).
  public var input: UInt8
  public var inputKind: InputKind
  public var output: Output
  /// IN transfers that are always in flight, and the bytes of each.
  public var transferCount: Int
  public var transferBytes: Int
  /// Whether halts of both endpoints are cleared before the first transfer.
  public var clearsHalt: Bool

  public init(
    interface: UInt8 = 0, alternate: UInt8 = 0, input: UInt8, inputKind: InputKind = .bulk,
    output: Output = .none, transferCount: Int = 4, transferBytes: Int = 1 << 16,
    clearsHalt: Bool = false
  ) {
    self.interface = interface
    self.alternate = alternate
    self.input = input
    self.inputKind = inputKind
    self.output = output
    self.transferCount = transferCount
    self.transferBytes = transferBytes
    self.clearsHalt = clearsHalt
  }
}
