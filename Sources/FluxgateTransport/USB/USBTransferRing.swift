internal import CLibUSB
internal import FluxgateSignal

/// The IN transfers of one endpoint: made once, always in flight, read in the order in which they
/// ended, which on one endpoint of a real bus is that of their submission.
///
/// A transfer's bytes belong to the kernel from its submission to its callback, also when it has been
/// cancelled meanwhile. Everything here runs on the link's thread: libusb calls back from within
/// `USBContext.handleEvents` (and the waiting writes) only.
@safe final class USBTransferRing {
  private typealias Transfer = UnsafeMutablePointer<libusb_transfer>

  @unsafe private struct Ended {
    var transfer: Transfer
    var time: HostTime
  }

  // SAFETY: `count` of each, allocated in `init` and freed in `deinit`; `made` transfers and
  // `waiting` ended ones from `first` on are initialised.
  private let transfers: UnsafeMutablePointer<Transfer>
  private let ended: UnsafeMutablePointer<Ended>
  private let bytes: UnsafeMutablePointer<UInt8>
  private let count: Int
  private var made = 0
  private var inFlight = 0
  private var first = 0
  private var waiting = 0
  /// How many bytes of the first ended transfer have been read.
  private var taken = 0

  /// - Parameter handle: open for longer than this ring lives.
  /// - Returns: nil without memory.
  @unsafe init?(
    _ handle: OpaquePointer, endpoint: UInt8, isInterrupt: Bool, count: Int, bytes size: Int
  ) {
    precondition(count > 0 && size > 0)
    self.count = count
    unsafe transfers = .allocate(capacity: count)
    unsafe ended = .allocate(capacity: count)
    unsafe bytes = .allocate(capacity: count * size)
    let kind = isInterrupt ? LIBUSB_TRANSFER_TYPE_INTERRUPT : LIBUSB_TRANSFER_TYPE_BULK
    for place in 0..<count {
      // SAFETY: `deinit` frees what was made also when this ends here.
      guard let transfer = unsafe libusb_alloc_transfer(0) else { return nil }
      unsafe libusb_fill_bulk_transfer(
        transfer, handle, endpoint, bytes + place * size, Int32(size), Self.callback,
        Unmanaged.passUnretained(self).toOpaque(), 0)
      unsafe transfer.pointee.type = UInt8(kind.rawValue)
      unsafe (transfers + place).initialize(to: transfer)
      made += 1
    }
  }

  deinit {
    // What the kernel did not give back stays its own: leaking is the only safe end.
    guard inFlight == 0 else { return }
    for place in 0..<made { unsafe libusb_free_transfer(transfers[place]) }
    unsafe transfers.deallocate()
    unsafe ended.deallocate()
    unsafe bytes.deallocate()
  }

  private static let callback: libusb_transfer_cb_fn = { transfer in
    guard let transfer = unsafe transfer, let raw = unsafe transfer.pointee.user_data else {
      return
    }
    // SAFETY: `user_data` is the ring, which its link holds while a transfer is in flight.
    unsafe Unmanaged<USBTransferRing>.fromOpaque(raw).takeUnretainedValue().end(transfer)
  }

  private func end(_ transfer: Transfer) {
    let place = (first + waiting) % count
    unsafe (ended + place).initialize(to: Ended(transfer: transfer, time: HostClock.now))
    waiting += 1
    inFlight -= 1
  }

  var isAnyInFlight: Bool { inFlight > 0 }

  /// Submits all; for the start only.
  func submitAll() throws(TransportError) {
    for place in 0..<count { try unsafe submit(transfers[place]) }
  }

  /// How the first ended transfer ended, what of it is unread and when it came; nil without one.
  var oldest: (outcome: USBOutcome, unread: Int, time: HostTime)? {
    guard waiting > 0 else { return nil }
    let transfer = unsafe ended[first].transfer
    return unsafe (
      USBOutcome(transfer.pointee.status), Int(transfer.pointee.actual_length) - taken,
      ended[first].time
    )
  }

  /// Copies unread bytes of the first ended transfer to the start of `buffer`.
  func read(into buffer: inout [UInt8]) -> Int {
    guard let unread = oldest?.unread else { return 0 }
    let part = min(unread, buffer.count)
    // SAFETY: the transfer is ours again, and `part` bytes fit both sides.
    unsafe buffer.withUnsafeMutableBytes { place in
      guard let source = unsafe ended[first].transfer.pointee.buffer else { return }
      unsafe place.baseAddress?.copyMemory(from: source + taken, byteCount: part)
    }
    taken += part
    return part
  }

  /// Sends the first ended transfer out again; when that fails it stays out of use.
  func turn() throws(TransportError) {
    precondition(waiting > 0)
    let transfer = unsafe ended[first].transfer
    first = (first + 1) % count
    waiting -= 1
    taken = 0
    try unsafe submit(transfer)
  }

  /// Asks for everything in flight back; each transfer stays the kernel's until its callback.
  func cancelAll() {
    // libusb answers "not found" for those that have ended, which is as good.
    for place in 0..<made { unsafe libusb_cancel_transfer(transfers[place]) }
  }

  /// The halt behind these stalls has been cleared: they ask for nothing more.
  func forgiveStalls() {
    for step in 0..<waiting {
      let transfer = unsafe ended[(first + step) % count].transfer
      if unsafe transfer.pointee.status == LIBUSB_TRANSFER_STALL {
        unsafe transfer.pointee.status = LIBUSB_TRANSFER_CANCELLED
      }
    }
  }

  private func submit(_ transfer: Transfer) throws(TransportError) {
    let code = unsafe libusb_submit_transfer(transfer)
    guard code == 0 else { throw TransportError(usb: code) }
    inFlight += 1
  }
}
