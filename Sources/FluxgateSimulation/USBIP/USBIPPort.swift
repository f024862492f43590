internal import FluxgateSignal

/// The device's side of an attached port: transfers in, answers out, no socket. One thread.
///
/// Input transfers stay pending until there are bytes for them; that is the NAK of a real bus.
final class USBIPPort {
  /// Bytes for the client's kernel.
  var outgoing = ByteQueue()
  /// What came from the gateway for the device.
  private(set) var received = ByteQueue()
  let function: any USBFunction
  private var incoming = ByteQueue()
  /// The device's bytes, until a transfer takes them.
  private var waiting = ByteQueue()
  private var pending: [USBIPSubmit] = []
  private var halted: Set<UInt8> = []
  private var isConfigured = false
  private var hasInput = false

  /// What a chip would keep for a kernel that does not ask.
  private static let mostWaiting = 1 << 20
  private static let mostPending = 4096

  init(_ function: any USBFunction) { self.function = function }

  /// Whether a gateway has the device in use: since it asked for input, until it took all its
  /// requests back. A device has no other sign of it that all drivers give.
  var isOpen: Bool { isConfigured && hasInput }

  /// When `advance` may answer a transfer though nothing came.
  var nextWake: HostTime {
    guard pending.contains(where: { $0.endpoint == function.input }) else { return .distantFuture }
    return function.nextFill(hasBytes: !waiting.isEmpty)
  }

  /// Handles what the client's kernel sent.
  func receive(_ bytes: ArraySlice<UInt8>, at now: HostTime) throws(USBIPFault) {
    incoming.append(bytes)
    while let message = try USBIPMessage.take(from: &incoming) {
      switch message {
      case .submit(let submit): try take(submit, at: now)
      case .unlink(let sequence, let victim): unlink(victim, sequence)
      }
    }
    advance(to: now)
  }

  /// Puts bytes of the device up for input transfers.
  ///
  /// - Returns: how many were taken.
  func offer(_ bytes: ArraySlice<UInt8>, at now: HostTime) -> Int {
    let part = bytes.prefix(max(0, Self.mostWaiting - waiting.count))
    waiting.append(part)
    advance(to: now)
    return part.count
  }

  /// Answers the input transfers that can be answered, in their order.
  func advance(to now: HostTime) {
    guard !halted.contains(function.input) else { return }
    while let index = pending.firstIndex(where: { $0.endpoint == function.input }) {
      guard let bytes = function.fill(pending[index].length, from: &waiting, at: now) else {
        return
      }
      let asked = pending.remove(at: index)
      answer(asked, status: USBIPReply.done, bytes)
    }
  }

  /// The gateway's bytes, at most `count`.
  func takeReceived(_ count: Int) -> ArraySlice<UInt8> {
    received.take(min(count, received.count))
  }

  /// What the last gateway left unread must not reach the next one.
  func forgetBytes() {
    waiting.removeAll()
    received.removeAll()
  }

  /// Halts the input endpoint: transfers are answered by a stall until the gateway clears it.
  func haltInput() {
    halted.insert(function.input)
    for asked in pending where asked.endpoint == function.input {
      answer(asked, status: USBIPReply.stalled)
    }
    pending.removeAll { $0.endpoint == function.input }
  }

  private func take(_ submit: USBIPSubmit, at now: HostTime) throws(USBIPFault) {
    if submit.isControl {
      control(submit, at: now)
    } else if halted.contains(submit.endpoint) {
      answer(submit, status: USBIPReply.stalled)
    } else if submit.isInput {
      guard pending.count < Self.mostPending else { throw .tooManyPending }
      pending.append(submit)
      if submit.endpoint == function.input { hasInput = true }
    } else if submit.endpoint == function.output {
      received.append(submit.data)
      answer(submit, status: USBIPReply.done)
    } else {
      answer(submit, status: USBIPReply.stalled)
    }
  }

  private func unlink(_ victim: UInt32, _ sequence: UInt32) {
    let before = pending.count
    pending.removeAll { $0.sequence == victim }
    let wasPending = pending.count < before
    outgoing.append(
      USBIPReply.unlink(sequence, status: wasPending ? USBIPReply.unlinked : USBIPReply.done))
    if wasPending { hasInput = pending.contains { $0.endpoint == function.input } }
  }

  private func control(_ submit: USBIPSubmit, at now: HostTime) {
    let setup = submit.setup
    let standard = setup.kind == .standard ? standardAnswer(setup) : nil
    switch standard ?? function.control(setup, data: submit.data, at: now) {
    case .done(let data): answer(submit, status: USBIPReply.done, data)
    case .deliver(let bytes):
      received.append(bytes)
      answer(submit, status: USBIPReply.done)
    case .stall: answer(submit, status: USBIPReply.stalled)
    }
  }

  private func answer(_ submit: USBIPSubmit, status: Int32, _ data: [UInt8] = []) {
    let sent = submit.isInput ? Array(data.prefix(submit.length)) : []
    let count = submit.isInput ? sent.count : submit.length
    outgoing.append(
      USBIPReply.submit(
        submit.sequence, status: status, count: status == USBIPReply.done ? count : 0, data: sent))
  }
}

/// Standard requests (USB 2.0, section 9.4).
extension USBIPPort {
  private static let endpointHalt: UInt16 = 0

  /// - Returns: nil for requests that the function itself answers.
  fileprivate func standardAnswer(_ setup: USBSetup) -> USBControlAnswer? {
    switch (setup.type, setup.request) {
    case (0x80, 6):
      let index = UInt8(setup.value & 0xFF)
      let found = function.descriptors.descriptor(type: UInt8(setup.value >> 8), index: index)
      return found.map { .done($0) } ?? .stall
    case (0x00, 9):
      isConfigured = setup.value != 0
      halted = []
    case (0x80, 8): return .done([isConfigured ? 1 : 0])
    case (0x80, 0), (0x81, 0): return .done([0, 0])
    case (0x82, 0): return .done([halted.contains(UInt8(setup.index & 0xFF)) ? 1 : 0, 0])
    case (0x02, 1) where setup.value == Self.endpointHalt: halted.remove(UInt8(setup.index & 0xFF))
    case (0x02, 3) where setup.value == Self.endpointHalt: halted.insert(UInt8(setup.index & 0xFF))
    case (0x00, 5), (0x01, 11): break
    default: return nil
    }
    return .done([])
  }
}
