import Testing

@testable import FluxgateVault

@Suite struct StructuredReaderTests {
  @Test(arguments: [
    "a=1", "a=-15;b;c=\"x\"", "a=(\"x\" \"y\";z=?0);n=:AAEC:", "a=()", "a=tok*en/x",
    "a=\"q\\\"\\\\\"",
    "*k_-.9=:AA==:",
  ])
  func readsAndSpells(text: String) throws {
    let members = try StructuredReader.dictionary(text)
    let spelled = members.map { key, member in
      switch member {
      case .item(let item, let parameters): "\(key)=\(item.text)\(parameters.text)"
      case .list(let list): "\(key)=\(list.text)"
      }
    }
    #expect(spelled == [text])
  }

  @Test func readsSeveralMembersAndBlanks() throws {
    let members = try StructuredReader.dictionary("  a=1 ,\t b ,c=( 1   2 ) ")
    #expect(members.count == 3)
    #expect(members["b"] == .item(.boolean(true), .init()))
    #expect(try StructuredReader.dictionary("").isEmpty)
  }

  @Test(arguments: [
    "A=1", "a=", "a=1,", "a=1 b=2", "a=1,,b=2", "a=\"x", "a=\"\\x\"", "a=\"é\"", "a=\"\u{7F}\"",
    "a=:AA:", "a=:AA==", "a=:A B=:", "a=?2", "a=1.5", "a=-", "a=1234567890123456", "a=(1",
    "a=(1,2)",
    "a=(\"x\"\"y\")", "a=1, a=2", "a=1;A=2", "a=1;", "=1", "a=(1 (2))", "a==1", "a=@x", "a=1\n",
  ])
  func refuses(text: String) {
    #expect(throws: SignatureError.self) { try StructuredReader.dictionary(text) }
  }
}
