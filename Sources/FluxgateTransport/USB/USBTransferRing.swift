internal import CLibUSB
internal import FluxgateSignal

/// The IN transfers of one endpoint: made once, always in flight, read in the order submitted.
///
/// A transfer's bytes belong to the kernel from its submission to its callback, also when it has been
/// cancelled meanwhile. Everything here runs on the link's thread: libusb calls back from within
/// `USBContext.handleEvents` (and the waiting writes) only.
@safe final class USBTransferRing {
  /// What the callback leaves for one transfer.
  private struct Note {
    var isDone = false
    var time = HostTime(nanoseconds: 0)
  }

  private typealias Transfer = UnsafeMutablePointer<libusb_transfer>

  // SAFETY: `count` of each, made in `init` and freed in `deinit`.
  private let transfers: UnsafeMutablePointer<Transfer>
  private let notes: UnsafeMutablePointer<Note>
  private let bytes: UnsafeMutablePointer<UInt8>
  private let count: Int
  /// How many of them libusb gave.
  private var made = 0
  /// The oldest transfer that has been submitted and not taken back, and how many there are.
  private var head = 0
  private var held = 0
  /// How many bytes of the oldest have been read.
  private var taken = 0

  /// - Parameter handle: open for longer than this ring lives.
  /// - Returns: nil without memory.
  @unsafe init?(
    _ handle: OpaquePointer, endpoint: UInt8, isInterrupt: Bool, count: Int, bytes size: Int
  ) {
    precondition(count > 0 && size > 0)
    self.count = count
    unsafe transfers = .allocate(capacity: count)
    unsafe notes = .allocate(capacity: count)
    unsafe bytes = .allocate(capacity: count * size)
    unsafe notes.initialize(repeating: Note(), count: count)
    for place in 0..<count {
      // SAFETY: `deinit` frees what was made also when this ends here.
      guard let transfer = unsafe libusb_alloc_transfer(0) else { return nil }
      unsafe libusb_fill_bulk_transfer(
        transfer, handle, endpoint, bytes + place * size, Int32(size), Self.note, notes + place, 0)
      let kind = isInterrupt ? LIBUSB_TRANSFER_TYPE_INTERRUPT : LIBUSB_TRANSFER_TYPE_BULK
      unsafe transfer.pointee.type = UInt8(kind.rawValue)
      unsafe (transfers + place).initialize(to: transfer)
      made += 1
    }
  }

  deinit {
    // What the kernel did not give back stays its own: leaking is the only safe end.
    guard !isAnyInFlight else { return }
    for place in 0..<made { unsafe libusb_free_transfer(transfers[place]) }
    unsafe transfers.deallocate()
    unsafe notes.deallocate()
    unsafe bytes.deallocate()
  }

  /// SAFETY: `user_data` is the transfer's note, which lives as long as the transfer.
  private static let note: libusb_transfer_cb_fn = { transfer in
    guard let raw = unsafe transfer?.pointee.user_data else { return }
    let note = unsafe raw.assumingMemoryBound(to: Note.self)
    unsafe note.pointee.time = HostClock.now
    unsafe note.pointee.isDone = true
  }

  var isAnyInFlight: Bool {
    (0..<held).contains { unsafe !notes[(head + $0) % count].isDone }
  }

  /// Submits every transfer that is not out yet.
  func submitAll() throws(TransportError) {
    while held < count { try submitNext() }
  }

  /// How the oldest transfer ended, what of it is unread and when it came; nil while in flight.
  var oldest: (outcome: USBOutcome, unread: Int, time: HostTime)? {
    guard held > 0, unsafe notes[head].isDone else { return nil }
    let transfer = unsafe transfers[head]
    return unsafe (
      USBOutcome(transfer.pointee.status), Int(transfer.pointee.actual_length) - taken,
      notes[head].time
    )
  }

  /// Copies unread bytes of the oldest transfer, which must have ended, to the start of `buffer`.
  func read(into buffer: inout [UInt8]) -> Int {
    guard let unread = oldest?.unread else { return 0 }
    let part = min(unread, buffer.count)
    // SAFETY: the transfer is ours again, and `part` bytes fit both sides.
    unsafe buffer.withUnsafeMutableBytes { place in
      guard let source = unsafe transfers[head].pointee.buffer else { return }
      unsafe place.baseAddress?.copyMemory(from: source + taken, byteCount: part)
    }
    taken += part
    return part
  }

  /// Takes the oldest, ended transfer out of the ring's order.
  func retire() {
    precondition(held > 0)
    head = (head + 1) % count
    held -= 1
    taken = 0
  }

  /// Asks for everything in flight back; each transfer stays the kernel's until its callback.
  func cancelAll() {
    for step in 0..<held {
      let place = (head + step) % count
      // What has ended already is not found, which is as good.
      if unsafe !notes[place].isDone { unsafe libusb_cancel_transfer(transfers[place]) }
    }
  }

  /// The halt behind these stalls has been cleared: they ask for nothing more.
  func forgiveStalls() {
    for step in 0..<held {
      let transfer = unsafe transfers[(head + step) % count]
      if unsafe transfer.pointee.status == LIBUSB_TRANSFER_STALL {
        unsafe transfer.pointee.status = LIBUSB_TRANSFER_CANCELLED
      }
    }
  }

  private func submitNext() throws(TransportError) {
    let place = (head + held) % count
    unsafe notes[place].isDone = false
    let code = unsafe libusb_submit_transfer(transfers[place])
    guard code == 0 else { throw TransportError(usb: code) }
    held += 1
  }
}
