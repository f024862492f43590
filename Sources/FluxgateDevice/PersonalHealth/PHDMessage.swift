/// The only messages that Fluxgate can build for an agent: associate, confirm, read, take leave.
///
/// The standard also has SET and actions that set the clock (0x0C17), clear segments (0x0C0C) or start
/// measurements. They have no case here, so no code can send them.
enum PHDMessage: Equatable {
  enum AssociationResult: UInt16 {
    case accepted = 0
    case rejectedPermanent = 1
    case acceptedUnknownConfiguration = 3
    case noCommonProtocol = 4
    case noCommonParameter = 5
    case unsupportedVersion = 8
  }

  enum AbortReason: UInt16 { case undefined = 0, responseTimeout = 2, configurationTimeout = 3 }

  /// What a segment event says of itself, to be given back in its answer.
  struct SegmentEvent: Equatable {
    var segment: UInt16
    var first: UInt32
    var count: UInt32
  }

  case associated(AssociationResult)
  case release
  case released
  case abort(AbortReason)
  case configurationAnswer(invoke: UInt16, report: UInt16, isAccepted: Bool)
  case reportAnswer(invoke: UInt16, handle: UInt16, type: UInt16)
  case segmentAnswer(invoke: UInt16, handle: UInt16, SegmentEvent)
  /// All attributes of the agent itself.
  case readAttributes(invoke: UInt16)
  /// What is known of all segments of a store.
  case readSegmentInfo(invoke: UInt16, store: UInt16)
  /// Ask for the data of one segment.
  case readSegment(invoke: UInt16, store: UInt16, segment: UInt16)

  /// A system id of no maker, locally administered: agents only want one that is not theirs.
  static let systemID: [UInt8] = [0x02, 0x46, 0x4C, 0x58, 0x47, 0x00, 0x00, 0x01]

  var bytes: [UInt8] {
    switch self {
    case .associated(let result): Self.message(0xE300, Self.association(result))
    case .release: Self.message(0xE400, [0, 0])
    case .released: Self.message(0xE500, [0, 0])
    case .abort(let reason): Self.message(0xE600, Self.word(reason.rawValue))
    default: Self.message(0xE700, Self.octets(data))
    }
  }

  private var data: [UInt8] {
    switch self {
    case .configurationAnswer(let invoke, let report, let isAccepted):
      let info = Self.word(report) + Self.word(isAccepted ? 0 : 1)
      return Self.eventAnswer(invoke, 0, PHDType.configuration, info)
    case .reportAnswer(let invoke, let handle, let type):
      return Self.eventAnswer(invoke, handle, type, [])
    case .segmentAnswer(let invoke, let handle, let event):
      return Self.eventAnswer(invoke, handle, PHDType.segmentData, event.answer)
    case .readAttributes(let invoke):
      return Self.call(invoke, 0x0103, [0, 0, 0, 0, 0, 0])
    case .readSegmentInfo(let invoke, let store):
      return Self.action(invoke, store, PHDType.segmentInfo, [0, 1, 0, 2, 0, 0])
    case .readSegment(let invoke, let store, let segment):
      return Self.action(invoke, store, PHDType.triggerTransfer, Self.word(segment))
    case .associated, .release, .released, .abort: return []
    }
  }

  /// Protocol 20601 version 1, MDER, nomenclature 1, manager; no configuration, no options.
  private static func association(_ result: AssociationResult) -> [UInt8] {
    var information: [UInt8] = [0x80, 0, 0, 0, 0x80, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0x80, 0, 0, 0]
    information += octets(systemID)
    information += [UInt8](repeating: 0, count: 10)
    return word(result.rawValue) + word(0x5079) + octets(information)
  }

  private static func eventAnswer(
    _ invoke: UInt16, _ handle: UInt16, _ type: UInt16, _ info: [UInt8]
  ) -> [UInt8] {
    call(invoke, 0x0201, word(handle) + [0, 0, 0, 0] + word(type) + octets(info))
  }

  private static func action(
    _ invoke: UInt16, _ handle: UInt16, _ type: UInt16, _ info: [UInt8]
  ) -> [UInt8] {
    call(invoke, 0x0107, word(handle) + word(type) + octets(info))
  }

  private static func call(_ invoke: UInt16, _ choice: UInt16, _ body: [UInt8]) -> [UInt8] {
    word(invoke) + word(choice) + octets(body)
  }

  private static func message(_ type: UInt16, _ rest: [UInt8]) -> [UInt8] {
    word(type) + octets(rest)
  }

  private static func octets(_ bytes: [UInt8]) -> [UInt8] { word(UInt16(bytes.count)) + bytes }

  private static func word(_ number: UInt16) -> [UInt8] {
    [UInt8(number >> 8), UInt8(number & 0xFF)]
  }
}

extension PHDMessage.SegmentEvent {
  /// The event's own numbers and the status "manager has it" (0080).
  fileprivate var answer: [UInt8] {
    [UInt8(segment >> 8), UInt8(segment & 0xFF)] + Self.bytes(first) + Self.bytes(count) + [
      0, 0x80,
    ]
  }

  private static func bytes(_ number: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - $0 * 8)) }
  }
}
