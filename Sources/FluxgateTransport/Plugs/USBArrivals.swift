internal import CLibUSB
internal import CLinux
internal import FluxgateSignal
internal import Glibc

/// USB devices that come and go, by libusb's callbacks. One thread, with a libusb of its own.
@safe final class USBArrivals {
  // SAFETY: made in `init`, ended in `deinit`, which ends the callbacks first.
  private let context: OpaquePointer
  private var waiting: [PlugEvent] = []

  /// - Returns: nil where libusb cannot tell.
  init?() {
    var made: OpaquePointer?
    // SAFETY: libusb fills `made`.
    guard unsafe libusb_init(&made) == 0, let made = unsafe made else { return nil }
    unsafe context = made
    let both =
      LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED.rawValue | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT.rawValue
    let any = LIBUSB_HOTPLUG_MATCH_ANY
    // SAFETY: callbacks come from within `take` only, and end with the context, before this object.
    let code = unsafe libusb_hotplug_register_callback(
      made, Int32(both), 0, any, any, any, Self.callback, Unmanaged.passUnretained(self).toOpaque(),
      nil)
    guard code == 0 else { return nil }
  }

  deinit { unsafe libusb_exit(context) }

  /// What to poll for reading or writing; it stays the same as long as no device is open.
  var descriptors: [pollfd] {
    guard let list = unsafe libusb_get_pollfds(context) else { return [] }
    defer { unsafe libusb_free_pollfds(list) }
    var found: [pollfd] = []
    var place = 0
    // SAFETY: the list ends with a nil.
    while let entry = unsafe list[place] {
      unsafe found.append(pollfd(fd: entry.pointee.fd, events: entry.pointee.events, revents: 0))
      place += 1
    }
    return found
  }

  /// What came and went since the last call. Does not wait.
  func take() -> [PlugEvent] {
    var none = timeval()
    // SAFETY: the time is read during the call. What failed now is asked for again next time.
    unsafe libusb_handle_events_timeout_completed(context, &none, nil)
    defer { waiting.removeAll() }
    return waiting
  }

  private static let callback: libusb_hotplug_callback_fn = { _, device, event, raw in
    guard let raw = unsafe raw, let device = unsafe device else { return 0 }
    // SAFETY: `raw` is the object that registered, which outlives its callbacks.
    let arrivals = unsafe Unmanaged<USBArrivals>.fromOpaque(raw).takeUnretainedValue()
    let isThere = event == LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED
    if let event = unsafe USBArrivals.event(device, isThere) { arrivals.waiting.append(event) }
    return 0
  }

  private static func event(_ device: OpaquePointer, _ isThere: Bool) -> PlugEvent? {
    var about = libusb_device_descriptor()
    var ports: [UInt8] = [0, 0, 0, 0, 0, 0, 0]
    // SAFETY: libusb fills the structure, and at most seven ports.
    guard unsafe libusb_get_device_descriptor(device, &about) == 0 else { return nil }
    let count = unsafe libusb_get_port_numbers(device, &ports, Int32(ports.count))
    guard count > 0 else { return nil }
    let path = ports.prefix(Int(count)).map(String.init).joined(separator: ".")
    return PlugEvent(
      time: HostClock.now, isThere: isThere,
      place: "USB \(unsafe libusb_get_bus_number(device))-\(path)",
      numbers: USBNumbers(vendor: about.idVendor, product: about.idProduct))
  }
}
