import FluxgateTransport
import Testing

/// Descriptions come from strangers on the network.
@Suite struct LSLElementTests {
  private static func read(_ text: String) -> LSLElement? {
    LSLElementReader.read(Array(text.utf8))
  }

  private static let info = """
    <?xml version="1.0"?>
    <info><name>A &amp; B&#x21;</name><type>EEG</type><channel_count>2</channel_count>
    <channel_format>float32</channel_format><nominal_srate>250</nominal_srate>
    <version>1.100000000000000</version><uid>u-1</uid><session_id>default</session_id>
    <v4data_port>16572</v4data_port><v4service_port>16573</v4service_port>
    <!-- a comment --><desc unit="a>b"/></info>
    """

  @Test func `a description gives its fields`() throws {
    let info = try #require(Self.read(Self.info).flatMap(LSLStreamInfo.init))
    #expect(info.name == "A & B!")
    #expect(info.version == 110)
    #expect(info.rate == 250 && info.channelCount == 2)
    #expect(info.dataPort == 16_572 && info.servicePort == 16_573)
  }

  @Test(arguments: [
    ("<uid>u-1</uid>", ""), ("1.100000000000000", "2.0"), (">16572<", ">0<"), (">2<", ">99999<"),
    (">250<", ">-1<"), (">250<", ">nan<"), ("<name>A &amp; B&#x21;</name>", "<name/>"),
  ])
  func `a description that lacks what is needed is none`(old: String, new: String) {
    #expect(Self.info.contains(old))
    let parts = Self.info.components(of: old)
    #expect(Self.read(parts.joined(separator: new)).flatMap(LSLStreamInfo.init) == nil)
  }

  @Test(arguments: [
    "", "<", "<a", "<a>", "<a></b>", "</a>", "<a><b></a></b>", "<!DOCTYPE a><a/>", "<a", "<a b=\"",
    "<a><![CDATA[x</a>", "<a><!-- </a>", "< />",
  ])
  func `what is no document is none`(text: String) { #expect(Self.read(text) == nil) }

  @Test func `depth, names and texts are bounded`() {
    let deep = { (count: Int) in
      String(repeating: "<a>", count: count) + String(repeating: "</a>", count: count)
    }
    #expect(Self.read(deep(32)) != nil)
    #expect(Self.read(deep(33)) == nil)
    #expect(Self.read("<\(String(repeating: "n", count: 65))/>") == nil)
    let long = Self.read("<a>\(String(repeating: "x", count: 5000))</a>")
    #expect((long?.text.utf8.count ?? 0) == 1024)
    #expect(Self.read("<a>&lt;b&unknown;&#99999999;</a>")?.text == "<b&unknown;&#99999999;")
    #expect(Self.read("<a><![CDATA[<x>]]></a>")?.text == "<x>")
  }

  @Test func `addresses say which stream is meant`() throws {
    let selection = try #require(LSLSelection("name=My EEG,type=EEG@lab-pc"))
    #expect(selection.terms.map(\.key) == ["name", "type"])
    #expect(selection.terms.map(\.value) == ["My EEG", "EEG"])
    #expect(selection.host == "lab-pc")
    #expect(LSLSelection("colour=red") == nil)
    #expect(LSLSelection("name=") == nil)
    #expect(LSLSelection("name=EEG@") == nil)
    #expect(LSLSelection("name=a'b\"c") == nil)
  }
}

extension String {
  /// The parts before and behind the first `mark`.
  fileprivate func components(of mark: String) -> [String] {
    guard let range = self.firstRange(of: mark) else { return [self] }
    return [String(self[..<range.lowerBound]), String(self[range.upperBound...])]
  }
}
