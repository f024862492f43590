/// The table: every simulated device and its variants, with what each promises under each fault.
enum ConservationMatrix {
  static let rows = boards + magnetometers + networks + memories + [brain]

  /// What a kind of link rules out, whatever the device.
  enum Link {
    case serial, usb, tcp, datagrams

    var promises: [MatrixFault: Promise] {
      switch self {
      case .serial:
        [.reorder: .doesNotApply("a serial line keeps bytes in their order")]
      case .usb:
        [
          .duplicate: .doesNotApply("USB numbers packets by turns and drops repeated ones"),
          .reorder: .doesNotApply("a USB pipe keeps packets in their order"),
        ]
      case .tcp:
        [
          .duplicate: .doesNotApply("TCP delivers every byte once"),
          .reorder: .doesNotApply("TCP keeps bytes in their order"),
        ]
      case .datagrams:
        [
          .splitReads: .doesNotApply("a read gives a whole datagram"),
          .cut: .doesNotApply("datagrams know no connection"),
        ]
      }
    }
  }

  static func promises(
    _ link: Link, _ own: [MatrixFault: Promise]
  ) -> [MatrixFault: Promise] {
    link.promises.merging(own) { $1 }
  }

  static let oneRate = Promise.doesNotApply("the device has one rate")
}
