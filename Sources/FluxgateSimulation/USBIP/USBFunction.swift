internal import FluxgateSignal

/// One kind of USB interface: its descriptors, its own control requests, and how the device's bytes
/// are laid into input transfers. One thread.
protocol USBFunction: AnyObject {
  var descriptors: USBDescriptors { get }
  /// Addresses of the endpoints that carry the device's bytes; no output where the control pipe does.
  var input: UInt8 { get }
  var output: UInt8? { get }

  /// A class or vendor request, or one for a descriptor that the standard ones do not hold.
  func control(_ setup: USBSetup, data: [UInt8], at now: HostTime) -> USBControlAnswer
  /// The bytes of one input transfer of at most `length`, taken from `waiting`; nil while the device
  /// has nothing to answer it with.
  func fill(_ length: Int, from waiting: inout ByteQueue, at now: HostTime) -> [UInt8]?
  /// When `fill` may answer though no byte was added; `hasBytes` tells whether some wait.
  func nextFill(hasBytes: Bool) -> HostTime
}

enum USBControlAnswer {
  /// Data of an input request, or nothing for an output one.
  case done([UInt8])
  /// The request carried bytes from the gateway to the device.
  case deliver([UInt8])
  case stall
}

extension USBFunction {
  func nextFill(hasBytes: Bool) -> HostTime { .distantFuture }
}
