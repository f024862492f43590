internal import FluxgateSignal

/// Reads one device's conversation out of a usbmon capture.
///
/// The device is the one whose descriptor has the profile's numbers, if the capture began before it
/// was plugged in. Otherwise it is the first that is sent to where the profile sends, or that has
/// bulk data where the profile reads: an interrupt endpoint alone may be a mouse's. After a loss it is
/// chosen anew, as it comes back under another address. Everything else on the bus is passed over.
struct USBObserver {
  private enum Request {
    static let descriptor: [UInt8] = [0x80, 0x06, 0x00, 0x01]
    static let setReport: [UInt8] = [0x21, 0x09]
    static let setInterface: [UInt8] = [0x01, 0x0B]
  }

  private static let mostPending = 1024

  private let linkType: UInt16
  private let choice: USBCaptureChoice?
  private var device: USBPacket.Device?
  private var numbers: [USBPacket.Device: USBNumbers] = [:]
  /// Descriptors asked for and not yet answered.
  private var asked: [UInt64: USBPacket.Device] = [:]
  private var isUp = false
  /// A read was taken back: the end, unless another one follows.
  private var takenBack: HostTime?

  init(linkType: UInt16, choice: USBCaptureChoice?) {
    self.linkType = linkType
    self.choice = choice
  }

  mutating func records(
    of packet: CaptureReader.Packet
  ) throws(CaptureFault) -> [CaptureRecord] {
    guard let usb = try USBPacket(packet.bytes, linkType: linkType) else { return [] }
    learn(usb)
    guard isOurs(usb) else { return [] }
    if usb.isCut, isReceived(usb) || isSent(usb) { throw .cutPacket }
    return events(of: usb, at: packet.time)
  }

  /// What the end of the file decides.
  mutating func finish() -> [CaptureRecord] {
    guard isUp, let time = takenBack else { return [] }
    isUp = false
    return [CaptureRecord(time: time, event: .closed)]
  }

  // MARK: - Which device

  private mutating func learn(_ usb: USBPacket) {
    guard usb.kind == .control else { return }
    if usb.step == .submitted, usb.setup?.prefix(4).elementsEqual(Request.descriptor) == true {
      if asked.count < Self.mostPending { asked[usb.id] = usb.device }
    } else if usb.step == .completed, asked.removeValue(forKey: usb.id) == usb.device,
      usb.data.count >= 12, numbers.count < Self.mostPending || numbers[usb.device] != nil
    {
      numbers[usb.device] = USBNumbers(
        vendor: ByteOrder.little.uint16(usb.data, 8), product: ByteOrder.little.uint16(usb.data, 10)
      )
    }
  }

  private mutating func isOurs(_ usb: USBPacket) -> Bool {
    if let device { return device == usb.device }
    guard mayBe(usb) else { return false }
    device = usb.device
    return true
  }

  private func mayBe(_ usb: USBPacket) -> Bool {
    let isKnown = numbers[usb.device].flatMap { known in
      choice.flatMap { $0.numbers.isEmpty ? nil : $0.numbers.contains(known) }
    }
    if isKnown == false { return false }
    if isSent(usb) || isChoice(usb) { return true }
    guard isReceived(usb) else { return false }
    return isKnown == true || usb.kind == .bulk
      || choice?.settings.output == USBLinkSettings.Output.none
  }

  // MARK: - What happened

  private mutating func events(of usb: USBPacket, at time: HostTime) -> [CaptureRecord] {
    if isReceived(usb) { return received(usb, at: time) }
    if isRead(usb) { takenBack = nil }
    if isChoice(usb) { return end(at: time) + open(at: time) }
    guard isSent(usb) else { return [] }
    return open(at: time) + [CaptureRecord(time: time, event: .sent(usb.data))]
  }

  private mutating func received(_ usb: USBPacket, at time: HostTime) -> [CaptureRecord] {
    var records: [CaptureRecord] = []
    if !usb.data.isEmpty {
      takenBack = nil
      records = open(at: time) + [CaptureRecord(time: time, event: .received(usb.data))]
    } else if USBPacket.Status.unlinked.contains(usb.status) {
      takenBack = takenBack ?? time
    }
    if USBPacket.Status.gone.contains(usb.status) {
      if isUp { records.append(CaptureRecord(time: time, event: .lost)) }
      (isUp, takenBack, device) = (false, nil, nil)
      numbers[usb.device] = nil
    }
    return records
  }

  private mutating func open(at time: HostTime) -> [CaptureRecord] {
    guard !isUp else { return [] }
    isUp = true
    return [CaptureRecord(time: time, event: .opened)]
  }

  /// A link that is opened anew was ended before, whether or not that was seen.
  private mutating func end(at time: HostTime) -> [CaptureRecord] {
    guard isUp else { return [] }
    isUp = false
    defer { takenBack = nil }
    return [CaptureRecord(time: takenBack ?? time, event: takenBack == nil ? .lost : .closed)]
  }

  // MARK: - Transfers

  /// The interface's setting is chosen: somebody opens it.
  private func isChoice(_ usb: USBPacket) -> Bool {
    guard usb.kind == .control, usb.step == .submitted, let setup = usb.setup else { return false }
    return setup.prefix(2).elementsEqual(Request.setInterface)
      && setup[4] == (choice?.settings.interface ?? setup[4])
  }

  private func isRead(_ usb: USBPacket) -> Bool { usb.step == .submitted && isInputEndpoint(usb) }
  private func isReceived(_ usb: USBPacket) -> Bool {
    usb.step == .completed && isInputEndpoint(usb)
  }

  private func isInputEndpoint(_ usb: USBPacket) -> Bool {
    guard usb.isInput, usb.kind == .bulk || usb.kind == .interrupt else { return false }
    guard let settings = choice?.settings else { return true }
    return usb.endpoint == settings.input
      && usb.kind == (settings.inputKind == .interrupt ? .interrupt : .bulk)
  }

  private func isSent(_ usb: USBPacket) -> Bool {
    guard usb.step == .submitted, !usb.isInput, !usb.data.isEmpty else { return false }
    let isReport =
      usb.kind == .control && usb.setup?.prefix(2).elementsEqual(Request.setReport) == true
    return switch choice?.settings.output {
    case .bulk(let endpoint): usb.kind == .bulk && usb.endpoint == endpoint
    case .interrupt(let endpoint): usb.kind == .interrupt && usb.endpoint == endpoint
    case .setReport: isReport && usb.setup?[4] == choice?.settings.interface
    case .some(.none): false
    case nil: usb.kind == .bulk || usb.kind == .interrupt || isReport
    }
  }
}
