/// The eight bytes that begin a control request (USB 2.0, section 9.3).
struct USBSetup {
  let type: UInt8
  let request: UInt8
  let value: UInt16
  let index: UInt16
  let length: UInt16

  /// - Parameter bytes: eight.
  init(_ bytes: ArraySlice<UInt8>) {
    precondition(bytes.count == 8)
    let at = bytes.startIndex
    func word(_ place: Int) -> UInt16 {
      UInt16(bytes[at + place]) | UInt16(bytes[at + place + 1]) << 8
    }
    type = bytes[at]
    request = bytes[at + 1]
    value = word(2)
    index = word(4)
    length = word(6)
  }

  enum Kind { case standard, ofClass, vendor, reserved }

  var isInput: Bool { type & 0x80 != 0 }

  var kind: Kind {
    switch type >> 5 & 3 {
    case 0: .standard
    case 1: .ofClass
    case 2: .vendor
    default: .reserved
    }
  }
}
