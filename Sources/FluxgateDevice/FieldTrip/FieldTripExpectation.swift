/// What the decoder has asked last, so that the framer can tell a reply's header from noise.
///
/// A reply names neither its request nor its samples; only its command and size speak for it. The
/// decoder writes, the framer reads, both on the acquisition thread.
final class FieldTripExpectation {
  enum Get {
    case nothing
    case header
    case samples(payload: Int)
    case events
  }

  /// The last GET asked; it stands until the next one, as an answer given twice may still come.
  var get = Get.nothing
  /// The reply is overdue: a frame that is still not whole has a damaged size.
  var isOverdue = false
  /// The order that questions and answers are in.
  var order = FieldTripByteOrder.little
  /// False where the profile names the order.
  var mayChangeOrder = true

  /// A header may come in the other order, as a server's first word; nothing else may.
  var isOpenToOrder: Bool {
    if case .header = get { mayChangeOrder } else { false }
  }

  func accepts(command: UInt16, size: Int) -> Bool {
    switch command {
    case FieldTripMessage.Command.waitDone: size == 8
    case FieldTripMessage.Command.getRefused, FieldTripMessage.Command.waitRefused: size == 0
    case FieldTripMessage.Command.getDone: acceptsGet(size: size)
    default: false
    }
  }

  private func acceptsGet(size: Int) -> Bool {
    switch get {
    case .nothing: false
    case .header: (FieldTripHeader.fixedSize...FieldTripMessage.longestPayload).contains(size)
    case .samples(let payload): size == payload
    case .events: (FieldTripMessage.eventDefinitionSize...(1 << 20)).contains(size)
    }
  }
}
