internal import CLibUSB
internal import FluxgateSignal
internal import Glibc

/// libusb for one link: nobody else handles its events, so that its locks are never waited for.
@safe final class USBContext {
  // SAFETY: made in `init`, ended in `deinit`; one thread.
  private let pointer: OpaquePointer

  init() throws(TransportError) {
    var made: OpaquePointer?
    // SAFETY: libusb fills `made`.
    let code = unsafe libusb_init(&made)
    guard code == 0, let made = unsafe made else {
      throw TransportError(openingUSB: "libusb", code: code)
    }
    unsafe pointer = made
  }

  deinit { unsafe libusb_exit(pointer) }

  /// Runs the callbacks of what is due; waits at most so many nanoseconds for the first of them.
  func handleEvents(for nanoseconds: Int64) throws(TransportError) {
    let left = max(0, nanoseconds)
    var time = timeval(
      tv_sec: Int(left / 1_000_000_000), tv_usec: Int(left % 1_000_000_000 / 1000))
    // SAFETY: the time is read during the call.
    let code = unsafe libusb_handle_events_timeout_completed(pointer, &time, nil)
    guard code == 0 || code == LIBUSB_ERROR_INTERRUPTED.rawValue else {
      throw TransportError(usb: code)
    }
  }

  /// Opens the device that stands at this bus and address now.
  func open(_ device: USBDevice) throws(TransportError) -> OpaquePointer {
    var list: UnsafeMutablePointer<OpaquePointer?>?
    // SAFETY: libusb fills `list` with `count` devices and takes list and references back below.
    let count = unsafe libusb_get_device_list(pointer, &list)
    defer { unsafe libusb_free_device_list(list, 1) }
    for place in 0..<max(0, count) {
      guard let found = unsafe list?[place], unsafe libusb_get_bus_number(found) == device.bus,
        unsafe libusb_get_device_address(found) == device.address
      else { continue }
      var handle: OpaquePointer?
      let code = unsafe libusb_open(found, &handle)
      if code == 0, let handle = unsafe handle { return unsafe handle }
      throw TransportError(openingUSB: device.node, code: code)
    }
    throw .cannotOpen(name: device.node, errno: ENODEV)
  }
}
