import FluxgateSimulation
import Testing

@testable import FluxgateDevice

struct DexcomXMLTests {
  private func elements(_ text: String) -> [DexcomXMLElement] {
    DexcomXML.elements(in: Array(text.utf8).span.bytes)
  }

  @Test func `attributes in either quote are read, filling behind is not`() {
    let found = elements("<A one='1' two = \"x'y\"/>\0\0\0")
    #expect(found == [DexcomXMLElement(name: "A", attributes: ["one": "1", "two": "x'y"])])
  }

  @Test func `closing tags and declarations are passed over`() {
    let found = elements("<?xml version='1'?><P a='1'><Q b='2'/></P>")
    #expect(found.map(\.name) == ["P", "Q"])
  }

  @Test func `elements and texts are bounded`() {
    #expect(elements(String(repeating: "<a/>", count: 500)).count == 64)
    let long = String(repeating: "x", count: 300)
    #expect(elements("<a b='\(long)'/>").first?.attributes.isEmpty == true)
  }

  @Test func `random bytes never stop the reader`() {
    var random = SeededRandom(seed: 8)
    let alphabet = Array("<>='\"ab /?\0".utf8)
    for _ in 0..<500 {
      let bytes = (0..<200).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
      _ = DexcomXML.elements(in: bytes.span.bytes)
    }
  }

  @Test func `a partition table gives lengths and refuses what it cannot know`() throws {
    let text =
      "<PartitionInfo><Partition Id='4' RecordRevision='2' RecordLength='15'/>"
      + "<Partition Id='3' RecordRevision='1' RecordLength='9'/>"
      + "<Partition Id='12' RecordRevision='3' RecordLength='40'/></PartitionInfo>"
    let bytes = Array(text.utf8)
    let found = DexcomPartitions(xml: bytes.span.bytes)
    let table = try #require(found)
    #expect(table.length(of: .egv, revision: 2) == 15)
    #expect(table.length(of: .egv, revision: 4) == 23)
    #expect(table.length(of: .sensor, revision: 1) == 20)
    #expect(table.length(of: .userSetting, revision: 3) == nil)
    #expect(table.length(of: .egv, revision: 9) == nil)
    let other = [UInt8]("<Other/>".utf8)
    let none = DexcomPartitions(xml: other.span.bytes)
    #expect(none == nil)
  }
}
