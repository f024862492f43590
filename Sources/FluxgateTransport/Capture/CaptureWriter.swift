internal import FluxgateSignal
internal import Glibc
internal import Synchronization

/// Writes the bytes of a session's links into one pcapng file, readable by Wireshark.
///
/// A capture is health data in the clear: the file is made new, for its owner only. Any thread may
/// record. Each record is written at once, so that a crash costs none before it. When the disk
/// refuses, capturing ends and `failure` says why; the links go on.
public final class CaptureWriter: Sendable {
  public let path: String
  private let state: Mutex<State>

  private struct State: ~Copyable {
    var file: LineDescriptor?
    var interfaces: [Interface] = []
    var failure: Int32 = 0
  }

  private struct Interface {
    var conversation: Conversation?
  }

  private enum Conversation {
    case tcp(TCPConversation)
    case usb(USBConversation)
  }

  /// Links in one capture.
  private static let mostInterfaces = 250

  /// - Throws: `cannotOpen`; with EEXIST when there is a file of that name.
  public init(path: String) throws(TransportError) {
    // SAFETY: the path is read during the call only.
    let number = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard number >= 0 else { throw .cannotOpen(name: path, errno: errno) }
    self.path = path
    state = Mutex(State(file: LineDescriptor(owning: number, isSocket: false)))
    state.withLock { Self.write(PcapngBlock.section(application: "Fluxgate"), &$0) }
  }

  /// The system's error that ended the capturing; 0 while all is well.
  public var failure: Int32 { state.withLock { $0.failure } }

  /// Adds a link under its device's name.
  ///
  /// - Parameters:
  ///   - profile: name of the device's profile, so that a replay finds it by itself.
  ///   - comment: shown by Wireshark beside the link.
  /// - Returns: its number, for `record`.
  public func addInterface(
    name: String, link: CaptureLink, profile: String = "", comment: String = ""
  ) -> Int {
    state.withLock { state in
      let place = state.interfaces.count
      precondition(place < Self.mostInterfaces, "too many links in one capture")
      state.interfaces.append(Self.interface(link, place))
      let description = CaptureInterface(
        name: name, linkType: link.linkType, profile: profile, comment: comment)
      Self.write(PcapngBlock.interface(description), &state)
      return place
    }
  }

  public func record(_ record: CaptureRecord, on interface: Int) {
    state.withLock { state in
      guard state.file != nil else { return }
      var blocks: [UInt8] = []
      for packet in Self.packets(of: record, &state.interfaces[interface]) {
        blocks += PcapngBlock.packet(packet, at: record.time, interface: interface)
      }
      Self.write(blocks, &state)
    }
  }

  /// Makes the file durable and ends the capture; later records are dropped.
  public func close() {
    state.withLock { state in
      if let number = state.file?.number, fdatasync(number) != 0, state.failure == 0 {
        state.failure = errno
      }
      state.file = nil
    }
  }

  private static func interface(_ link: CaptureLink, _ place: Int) -> Interface {
    switch link {
    case .serial: Interface(conversation: nil)
    case .tcp(let port): Interface(conversation: .tcp(TCPConversation(port: port, place: place)))
    case .usb(let settings): Interface(conversation: .usb(USBConversation(settings, place: place)))
    }
  }

  private static func packets(
    of record: CaptureRecord, _ interface: inout Interface
  ) -> [[UInt8]] {
    switch interface.conversation {
    case .tcp(var tcp):
      defer { interface.conversation = .tcp(tcp) }
      return tcp.packets(for: record.event)
    case .usb(var usb):
      defer { interface.conversation = .usb(usb) }
      return usb.packets(for: record.event, at: record.time)
    case nil: return [SerialPacket.encode(record.event, at: record.time)]
    }
  }

  private static func write(_ bytes: [UInt8], _ state: inout State) {
    do throws(TransportError) {
      try state.file?.write(bytes)
    } catch {
      if case .system(let code) = error { state.failure = code } else { state.failure = EIO }
      state.file = nil
    }
  }
}
