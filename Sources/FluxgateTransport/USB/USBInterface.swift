internal import CLibUSB
internal import FluxgateSignal
internal import Glibc

/// One claimed interface of an opened device. One thread.
///
/// A kernel driver that holds the interface (usbhid) is sent away while we have it, and called back
/// at the end.
@safe final class USBInterface {
  /// Longest wait for one write to be taken, in milliseconds.
  private static let writeLimit: UInt32 = 1000

  let context: USBContext
  private let settings: USBLinkSettings
  // SAFETY: opened in `init`, closed in `deinit`, after every transfer over it has ended.
  private let handle: OpaquePointer
  private let hadDriver: Bool

  init(_ device: USBDevice, _ settings: USBLinkSettings) throws(TransportError) {
    context = try USBContext()
    self.settings = settings
    unsafe handle = try context.open(device)
    // SAFETY: the handle is open.
    hadDriver = unsafe Self.sendDriverAway(handle, Int32(settings.interface))
    let code = unsafe Self.claim(handle, settings)
    // `deinit` closes the handle also when `init` throws from here on.
    guard code == 0 else { throw TransportError(openingUSB: device.node, code: code) }
    if settings.clearsHalt { try clearHalts() }
  }

  deinit {
    // SAFETY: nothing uses the handle any more. Releasing what was never claimed only says so.
    unsafe libusb_release_interface(handle, Int32(settings.interface))
    if hadDriver { unsafe libusb_attach_kernel_driver(handle, Int32(settings.interface)) }
    unsafe libusb_close(handle)
  }

  /// The IN transfers, none of them in flight yet.
  func makeRing() throws(TransportError) -> USBTransferRing {
    guard
      let ring = unsafe USBTransferRing(
        handle, endpoint: settings.input, isInterrupt: settings.inputKind == .interrupt,
        count: settings.transferCount, bytes: settings.transferBytes)
    else { throw .system(errno: ENOMEM) }
    return ring
  }

  /// Lets a halted IN endpoint speak again; no transfer may be in flight on it.
  func clearInputHalt() throws(TransportError) { try clearHalt(settings.input) }

  /// Sends `bytes` as one transfer or one report, waiting at most a second.
  func write(_ bytes: [UInt8]) throws(TransportError) {
    switch settings.output {
    case .none: throw .system(errno: ENOTSUP)
    case .bulk(let endpoint), .interrupt(let endpoint): try send(bytes, to: endpoint)
    case .setReport: try sendReport(bytes)
    }
  }

  private static func sendDriverAway(_ handle: OpaquePointer, _ interface: Int32) -> Bool {
    // SAFETY: the handle is open.
    guard unsafe libusb_kernel_driver_active(handle, interface) == 1 else { return false }
    return unsafe libusb_detach_kernel_driver(handle, interface) == 0
  }

  private static func claim(_ handle: OpaquePointer, _ settings: USBLinkSettings) -> Int32 {
    let interface = Int32(settings.interface)
    // SAFETY: the handle is open. A driver that would not go away makes this fail with BUSY.
    let code = unsafe libusb_claim_interface(handle, interface)
    guard code == 0, settings.alternate != 0 else { return code }
    return unsafe libusb_set_interface_alt_setting(handle, interface, Int32(settings.alternate))
  }

  private func clearHalts() throws(TransportError) {
    try clearInputHalt()
    switch settings.output {
    case .bulk(let endpoint), .interrupt(let endpoint): try clearHalt(endpoint)
    case .none, .setReport: break
    }
  }

  private func clearHalt(_ endpoint: UInt8) throws(TransportError) {
    let code = unsafe libusb_clear_halt(handle, endpoint)
    if code != 0 { throw TransportError(usb: code) }
  }

  /// A halted endpoint is cleared and asked once more.
  private func send(_ bytes: [UInt8], to endpoint: UInt8) throws(TransportError) {
    var code = transfer(bytes, to: endpoint)
    if code == LIBUSB_ERROR_PIPE.rawValue {
      try clearHalt(endpoint)
      code = transfer(bytes, to: endpoint)
    }
    if code != 0 { throw TransportError(usb: code) }
  }

  private func transfer(_ bytes: [UInt8], to endpoint: UInt8) -> Int32 {
    var copy = bytes
    var sent: Int32 = 0
    let isInterrupt = if case .interrupt = settings.output { true } else { false }
    // SAFETY: the call returns only when the kernel has given the bytes back.
    let code = unsafe copy.withUnsafeMutableBufferPointer { place in
      let count = Int32(place.count)
      return isInterrupt
        ? unsafe libusb_interrupt_transfer(
          handle, endpoint, place.baseAddress, count, &sent, Self.writeLimit)
        : unsafe libusb_bulk_transfer(
          handle, endpoint, place.baseAddress, count, &sent, Self.writeLimit)
    }
    // Less than all without an error is a device that stopped listening.
    return code == 0 && sent != bytes.count ? LIBUSB_ERROR_TIMEOUT.rawValue : code
  }

  /// SET_REPORT, output report 0 (HID 1.11, 7.2.2).
  private func sendReport(_ bytes: [UInt8]) throws(TransportError) {
    guard let count = UInt16(exactly: bytes.count) else { throw .system(errno: EMSGSIZE) }
    var copy = bytes
    // SAFETY: the call returns only when the kernel has given the bytes back.
    let code = unsafe copy.withUnsafeMutableBufferPointer { place in
      unsafe libusb_control_transfer(
        handle, 0x21, 0x09, 0x0200, UInt16(settings.interface), place.baseAddress, count,
        Self.writeLimit)
    }
    guard code >= 0 else { throw TransportError(usb: code) }
    guard code == bytes.count else { throw .writeTimedOut }
  }
}
