public import FluxgateTransport

/// A virtual device on a USB cable, in real time: it serves USB/IP (version 0x0111), and a Linux
/// kernel enumerates it as hardware and binds its own drivers.
public final class USBIPHost: Sendable {
  /// How the kernel gets at the device.
  public enum Road: Sendable, Hashable {
    /// A port of 127.0.0.1 (0 for any free one), from where `usbip attach` takes the device 1-1. An
    /// unplugged device must be attached anew.
    case tcp(port: UInt16)
    /// This machine's virtual host controller; it stays plugged in, also after an unplug. Needs
    /// root and the module `vhci-hcd`.
    case virtualHostController
  }

  private let host: LineHost
  private let listener: TCPLine?

  /// - Parameters:
  ///   - device: belongs to the host from here on.
  ///   - halts: nanoseconds after the gateway's first word when the input endpoint halts, until
  ///     the gateway clears it.
  public convenience init(
    device: any VirtualDevice, as personality: USBPersonality, on road: Road, halts: [Int64] = []
  ) {
    switch road {
    case .tcp(let port):
      self.init(device: device, as: personality, listener: TCPLine(port: port), halts: halts)
    case .virtualHostController:
      let speed = personality.makeFunction().descriptors.speed
      self.init(device: device, as: personality, halts: halts) {
        (socket) throws(TransportError) in
        try VirtualHostController.attach(socket, speed: speed)
      }
    }
  }

  /// - Parameter handOut: gets the far end of a new pair of sockets at each plug-in, keeps a
  ///   duplicate and speaks USB/IP on it without a handshake.
  init(
    device: any VirtualDevice, as personality: USBPersonality, halts: [Int64] = [],
    handOut: @escaping @Sendable (Int32) throws(TransportError) -> Void
  ) {
    listener = nil
    let line = USBIPLine(
      personality, carrier: SocketpairLine(handOut: handOut), shakesHands: false, halts: halts)
    host = LineHost(device: device, line: line)
  }

  private init(
    device: any VirtualDevice, as personality: USBPersonality, listener: TCPLine, halts: [Int64]
  ) {
    self.listener = listener
    let line = USBIPLine(personality, carrier: listener, shakesHands: true, halts: halts)
    host = LineHost(device: device, line: line)
  }

  deinit { host.stop() }

  public func start() throws(TransportError) { try host.start(name: "usbip-host") }
  public func stop() { host.stop() }

  /// The TCP port in use, once started; nil on the other road.
  public var port: UInt16? { listener?.port }
  /// What the device made; only once stopped.
  public var truth: [TruthStream] { host.truth }
  /// Output that no gateway took in time; zero in a sound run.
  public var bytesLost: Int { host.bytesLost }
}
