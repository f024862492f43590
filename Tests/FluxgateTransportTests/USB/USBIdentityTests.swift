import FluxgateTransport
import Testing

struct USBIdentityTests {
  private static func device(_ serial: String, _ port: String, product: UInt16 = 1) -> USBDevice {
    USBDevice(
      numbers: USBNumbers(vendor: 0x1209, product: product), product: "Bench", serial: serial,
      portPath: port, bus: 1, address: 2)
  }

  @Test(arguments: [
    ("usb", USBChoice.only), ("usb:SIM0001", .serial("SIM0001")), ("usb:1-1.2", .port("1-1.2")),
    ("usb:12-3", .port("12-3")), ("usb:1-", .serial("1-")), ("usb:1-1-1", .serial("1-1-1")),
    ("usb:A-1", .serial("A-1")), ("usb:1-999", .serial("1-999")),
  ])
  func `addresses on the command line`(text: String, choice: USBChoice) {
    #expect(USBChoice(text) == choice)
  }

  @Test(arguments: ["", "usb:", "/dev/ttyUSB0", "usbstick", "USB"])
  func `other addresses`(text: String) {
    #expect(USBChoice(text) == nil)
  }

  @Test func `a choice fits what it names`() {
    #expect(USBChoice.serial("A").fits(Self.device("A", "1-1")))
    #expect(!USBChoice.serial("A").fits(Self.device("B", "1-1")))
    #expect(USBChoice.port("1-1").fits(Self.device("A", "1-1")))
    #expect(!USBChoice.port("1-1").fits(Self.device("A", "1-1.1")))
  }

  @Test func `a serial number holds at any port, and nothing else is taken for it`() {
    let identity = USBIdentity(Self.device("A", "1-1"))
    let others = [Self.device("B", "1-1"), Self.device("A", "1-3", product: 2)]
    #expect(identity.find(among: others) == nil)
    #expect(identity.find(among: others + [Self.device("A", "1-2")])?.portPath == "1-2")
  }

  @Test func `of equal serial numbers the port decides`() {
    let identity = USBIdentity(Self.device("0001", "1-2"))
    let twins = [Self.device("0001", "1-1"), Self.device("0001", "1-2")]
    #expect(identity.find(among: twins)?.portPath == "1-2")
    #expect(identity.find(among: [twins[0], Self.device("0001", "1-3")]) == nil)
  }
}
