internal import CLibUSB
internal import Glibc

extension TransportError {
  /// A code of libusb (`enum libusb_error`) in the words of a link.
  init(usb code: Int32) {
    self =
      switch libusb_error(code) {
      case LIBUSB_ERROR_NO_DEVICE: .disconnected(errno: ENODEV)
      case LIBUSB_ERROR_IO: .disconnected(errno: EIO)
      case LIBUSB_ERROR_TIMEOUT: .writeTimedOut
      default: .system(errno: Self.number(of: code))
      }
  }

  /// The same for a link that was being opened.
  init(openingUSB name: String, code: Int32) {
    self = .cannotOpen(name: name, errno: Self.number(of: code))
  }

  private static func number(of code: Int32) -> Int32 {
    switch libusb_error(code) {
    case LIBUSB_ERROR_ACCESS: EACCES
    case LIBUSB_ERROR_BUSY: EBUSY
    case LIBUSB_ERROR_INTERRUPTED: EINTR
    case LIBUSB_ERROR_INVALID_PARAM: EINVAL
    case LIBUSB_ERROR_NO_DEVICE: ENODEV
    case LIBUSB_ERROR_NO_MEM: ENOMEM
    case LIBUSB_ERROR_NOT_FOUND: ENOENT
    case LIBUSB_ERROR_NOT_SUPPORTED: ENOTSUP
    case LIBUSB_ERROR_OVERFLOW: EOVERFLOW
    case LIBUSB_ERROR_PIPE: EPIPE
    case LIBUSB_ERROR_TIMEOUT: ETIMEDOUT
    default: EIO
    }
  }
}

/// How one IN transfer ended.
enum USBOutcome {
  case completed
  /// Taken back by us; bytes that came before that are good.
  case cancelled
  /// The device answered STALL and waits for its halt to be cleared.
  case stalled
  case failed(TransportError)

  init(_ status: libusb_transfer_status) {
    self =
      switch status {
      case LIBUSB_TRANSFER_COMPLETED: .completed
      case LIBUSB_TRANSFER_CANCELLED: .cancelled
      case LIBUSB_TRANSFER_STALL: .stalled
      case LIBUSB_TRANSFER_NO_DEVICE: .failed(.disconnected(errno: ENODEV))
      // The device sent more than was asked for, and the rest is gone: the link's loss says so.
      case LIBUSB_TRANSFER_OVERFLOW: .failed(.system(errno: EOVERFLOW))
      default: .failed(.disconnected(errno: EIO))
      }
  }
}
