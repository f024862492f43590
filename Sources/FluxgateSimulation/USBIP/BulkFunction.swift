internal import FluxgateSignal

/// A bulk pair without requests of its own.
final class BulkFunction: USBFunction {
  private enum Completion {
    /// Only a full transfer: the device sends whole packets and never a short one.
    case full
    /// With whatever waits: the device ends each message with a short packet.
    case anything
  }

  let descriptors: USBDescriptors
  let input: UInt8
  let output: UInt8?
  private let completion: Completion

  init(vendor nameplate: USBNameplate, output: UInt8, input: UInt8) {
    self.input = input
    self.output = output
    completion = .full
    let endpoints = [output, input].flatMap { USBDescriptors.endpoint($0, .bulk, packet: 512) }
    descriptors = USBDescriptors(
      nameplate: nameplate, speed: .high, deviceClass: 0xFF,
      interfaces: [USBDescriptors.interface(0, endpoints: 2, 0xFF) + endpoints])
  }

  init(personalHealth nameplate: USBNameplate) {
    input = 0x81
    output = 0x02
    completion = .anything
    let endpoints: [[UInt8]] = [
      Self.elevenSeventyThree,
      USBDescriptors.endpoint(0x02, .bulk, packet: 64), Self.qualityOfService,
      USBDescriptors.endpoint(0x81, .bulk, packet: 64), Self.qualityOfService,
    ]
    descriptors = USBDescriptors(
      nameplate: nameplate, speed: .full, deviceClass: 0,
      interfaces: [USBDescriptors.interface(0, endpoints: 2, 0x0F) + endpoints.flatMap { $0 }])
  }

  /// Function descriptor: data as in IEEE 11073-20601, no preamble before messages.
  private static let elevenSeventyThree: [UInt8] = [4, 0x20, 2, 0]
  /// Medium latency, best reliability, version 1 of the encoding.
  private static let qualityOfService: [UInt8] = [4, 0x21, 1, 0x08]

  func control(_ setup: USBSetup, data: [UInt8], at now: HostTime) -> USBControlAnswer {
    // GET_STATUS of the health class: no endpoint has data that was not asked for.
    setup.type == 0xA1 && setup.request == 0 ? .done([0, 0]) : .stall
  }

  func fill(_ length: Int, from waiting: inout ByteQueue, at now: HostTime) -> [UInt8]? {
    switch completion {
    case .full: waiting.count >= length ? Array(waiting.take(length)) : nil
    case .anything: waiting.isEmpty ? nil : Array(waiting.take(min(length, waiting.count)))
    }
  }
}
