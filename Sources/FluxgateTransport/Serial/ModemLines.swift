/// The two lines of a serial port that some devices are switched by; nil leaves one as the driver has
/// it at opening (most raise both).
public struct ModemLines: Sendable, Hashable {
  public var dataTerminalReady: Bool?
  public var requestToSend: Bool?

  public init(dataTerminalReady: Bool? = nil, requestToSend: Bool? = nil) {
    self.dataTerminalReady = dataTerminalReady
    self.requestToSend = requestToSend
  }
}
