/// Why a conversation with a USB/IP client is given up.
enum USBIPFault: Error {
  case unknownCommand(UInt32)
  /// Isochronous requests; no device here has such an endpoint.
  case isochronous
  case tooLong(UInt32)
  case tooManyPending
  case wrongVersion(UInt16)
}
