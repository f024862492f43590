public import FluxgateSignal

/// Reads a pcapng file packet by packet: sections of either byte order, unknown blocks passed over.
///
/// Every length is checked before it is used; what is wrong is thrown as `damagedCapture` with the
/// offset of the block it is in.
public final class CaptureReader {
  /// A longer block is taken for damage.
  static let longestBlock = 1 << 24
  private static let mostInterfaces = 1024

  public struct Packet: Sendable {
    /// Index into `interfaces`.
    public var interface: Int
    public var time: HostTime
    public var bytes: [UInt8]
    /// False where the capturing program kept only a part.
    public var isWhole: Bool
    /// Offset of the packet's block in the file.
    public var offset: Int
  }

  /// The links described so far in the section that is being read.
  public private(set) var interfaces: [CaptureInterface] = []
  private var clocks: [CaptureClock] = []
  private var order = ByteOrder.little
  private var bytes: CaptureBytes

  public init(path: String) throws(TransportError) {
    bytes = try CaptureBytes(path: path)
  }

  /// How much of the file has been read.
  public var offset: Int { bytes.offset }

  /// - Returns: nil at the end of the file.
  public func next() throws(TransportError) -> Packet? {
    while let block = try nextBlock() {
      do throws(CaptureFault) {
        switch block.type {
        case PcapngBlock.sectionHeader: try beginSection(block.body)
        case PcapngBlock.interfaceDescription: try addInterface(block.body)
        case PcapngBlock.enhancedPacket: return try packet(block)
        default: break
        }
      } catch {
        throw .damagedCapture(offset: block.offset, error)
      }
    }
    return nil
  }

  /// The links of a whole file, in their order, each name once.
  public static func interfaces(path: String) throws(TransportError) -> [CaptureInterface] {
    let reader = try CaptureReader(path: path)
    var found: [CaptureInterface] = []
    repeat {
      for interface in reader.interfaces where !found.contains(interface) {
        found.append(interface)
      }
    } while try reader.next() != nil
    for interface in reader.interfaces where !found.contains(interface) { found.append(interface) }
    return found
  }

  private struct Block {
    var type: UInt32
    var body: [UInt8]
    var offset: Int
  }

  private func nextBlock() throws(TransportError) -> Block? {
    let start = bytes.offset
    guard let head = try bytes.take(12) else {
      if start == 0 { throw .damagedCapture(offset: 0, .notPcapng) }
      return nil
    }
    do throws(CaptureFault) {
      try chooseOrder(head, isFirst: start == 0)
    } catch {
      throw .damagedCapture(offset: start, error)
    }
    let count = Int(order.uint32(head, 4))
    guard count >= 12, count % 4 == 0, count <= Self.longestBlock else {
      throw .damagedCapture(offset: start, .badBlockLength)
    }
    let rest = try self.rest(count - 12, of: start)
    let whole = head + rest
    guard Int(order.uint32(whole, count - 4)) == count else {
      throw .damagedCapture(offset: start, .badBlockLength)
    }
    return Block(
      type: order.uint32(head, 0), body: Array(whole[8..<count - 4]), offset: start)
  }

  private func rest(_ count: Int, of start: Int) throws(TransportError) -> [UInt8] {
    guard count > 0 else { return [] }
    guard let rest = try bytes.take(count) else {
      throw .damagedCapture(offset: start + 12, .truncated)
    }
    return rest
  }

  /// A section header reads the same in both orders and tells which one holds from there.
  private func chooseOrder(_ head: [UInt8], isFirst: Bool) throws(CaptureFault) {
    guard ByteOrder.little.uint32(head, 0) == PcapngBlock.sectionHeader else {
      if isFirst { throw .notPcapng }
      return
    }
    switch PcapngBlock.byteOrderMagic {
    case ByteOrder.little.uint32(head, 8): order = .little
    case ByteOrder.big.uint32(head, 8): order = .big
    default: throw .notPcapng
    }
  }

  private func beginSection(_ body: [UInt8]) throws(CaptureFault) {
    guard body.count >= 16, order.uint16(body, 4) == 1 else { throw .notPcapng }
    interfaces = []
    clocks = []
  }

  private func addInterface(_ body: [UInt8]) throws(CaptureFault) {
    guard body.count >= 8, interfaces.count < Self.mostInterfaces else { throw .badPacket }
    var interface = CaptureInterface(
      name: "interface \(interfaces.count)", linkType: order.uint16(body, 0))
    var clock = CaptureClock()
    var place = 8
    while place + 4 <= body.count {
      let code = order.uint16(body, place)
      let count = Int(order.uint16(body, place + 2))
      guard code != 0 else { break }
      guard place + 4 + count <= body.count else { throw .badPacket }
      let value = Array(body[place + 4..<place + 4 + count])
      interface.take(option: code, value)
      try clock.take(option: code, value, order)
      place += 4 + (count + 3) / 4 * 4
    }
    interfaces.append(interface)
    clocks.append(clock)
  }

  private func packet(_ block: Block) throws(CaptureFault) -> Packet {
    let body = block.body
    guard body.count >= 20 else { throw .badPacket }
    guard let place = Int(exactly: order.uint32(body, 0)), place < interfaces.count else {
      throw .noInterface
    }
    let stamp = UInt64(order.uint32(body, 4)) << 32 | UInt64(order.uint32(body, 8))
    let count = Int(order.uint32(body, 12))
    guard count <= body.count - 20 else { throw .badPacket }
    return Packet(
      interface: place, time: try clocks[place].time(of: stamp),
      bytes: Array(body[20..<20 + count]),
      isWhole: count >= Int(order.uint32(body, 16)), offset: block.offset)
  }
}

extension CaptureInterface {
  fileprivate mutating func take(option code: UInt16, _ value: [UInt8]) {
    let text = String(decoding: value, as: UTF8.self)
    switch code {
    case PcapngBlock.nameOption: name = text
    case PcapngBlock.descriptionOption: profile = text
    case PcapngBlock.commentOption: comment = text
    default: break
    }
  }
}
