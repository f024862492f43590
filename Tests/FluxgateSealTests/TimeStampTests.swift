import Foundation
import Testing

@testable import FluxgateSeal

/// Replies that others have made.
@Suite(.enabled(if: SharedFixtures.exist)) struct SharedTimeStampTests {
  @Test func `Every shared reply gets the verdict of openssl`() throws {
    let expectations = try StampFixtures.expectations()
    #expect(expectations.count == 12)
    for (data, reply, roots, isGood) in expectations {
      let isQuery = data.hasSuffix(".tsq")
      let text = data == "ok.tsq" ? "head.txt" : data.replacingOccurrences(of: ".tsq", with: ".txt")
      let files = reply.contains("nocert") ? [roots, "tsa.crt"] : [roots]
      let pem = try files.flatMap { try StampFixtures.bytes($0) }
      let refusal = StampFixtures.refusal {
        try StampFixtures.stamp(
          reply, of: text, try StampRoots(pem: pem),
          nonce: isQuery ? try StampFixtures.nonce(of: data) : nil)
      }
      #expect((refusal == nil) == isGood, "\(data) \(reply) \(roots): \("\(refusal, default: "")")")
    }
  }

  @Test func `What is wrong is named`() throws {
    let roots = try StampFixtures.roots("ca.crt")
    let wrong = try StampFixtures.roots("wrong-ca.crt")
    let cases: [(String, String, StampRoots, StampError)] = [
      ("other.tsr", "head.txt", roots, .wrongImprint),
      ("truncated.tsr", "head.txt", roots, .malformed),
      ("rejected-sha1.tsr", "head.txt", roots, .rejected(status: 2)),
      ("nononce-nocert.tsr", "head.txt", roots, .wrongSigner),
    ]
    for (reply, text, roots, error) in cases {
      let refusal = StampFixtures.refusal { try StampFixtures.stamp(reply, of: text, roots) }
      #expect(refusal == error, "\(reply)")
    }
    let foreign = StampFixtures.refusal {
      try StampFixtures.stamp("ok.tsr", of: "head.txt", wrong)
    }
    guard case .untrusted = foreign else {
      Issue.record("\(String(describing: foreign))")
      return
    }
  }

  @Test func `Another request's reply and a reply without a nonce are refused`() throws {
    let roots = try StampFixtures.roots("ca.crt", "tsa.crt")
    for reply in ["ok.tsr", "nononce-nocert.tsr"] {
      let refusal = StampFixtures.refusal {
        try StampFixtures.stamp(reply, of: "head.txt", roots, nonce: [0x40, 1, 2, 3, 4, 5, 6, 7])
      }
      #expect(refusal == .wrongNonce, "\(reply)")
    }
  }

  @Test func `Time, accuracy and signer are the ones that openssl prints`() throws {
    let stamp = try StampFixtures.stamp(
      "ok.tsr", of: "head.txt", try StampFixtures.roots("ca.crt"))
    #expect(stamp.time == 1_795_217_800)
    #expect(stamp.uncertainty == 2)
    #expect(stamp.authority == "/CN=shared-tsa tsa")
  }

  @Test func `A request is the one that openssl makes`() throws {
    let request = StampRequest(
      digest: SHA256.digest(try StampFixtures.bytes("head.txt")),
      nonce: try StampFixtures.nonce(of: "ok.tsq"))
    #expect(request.bytes == (try StampFixtures.bytes("ok.tsq")))
  }

  @Test func `No flipped byte gives another time, and appended bytes are refused`() throws {
    let roots = try StampFixtures.roots("ca.crt")
    let request = StampRequest(keptFor: try StampFixtures.bytes("head.txt"))
    let good = try StampFixtures.bytes("ok.tsr")
    let stamp = try TimeStamp(good, answering: request, roots: roots)
    var accepted = 0
    for place in good.indices {
      var reply = good
      reply[place] ^= 1
      guard let read = try? TimeStamp(reply, answering: request, roots: roots) else { continue }
      accepted += 1
      #expect((read.time, read.authority) == (stamp.time, stamp.authority), "byte \(place)")
    }
    // The bytes that are not signed: the status, and certificates nobody needs.
    #expect(accepted < good.count / 4)
    #expect(throws: StampError.malformed) {
      try TimeStamp(good + [0], answering: request, roots: roots)
    }
    #expect(throws: StampError.tooLarge(70_000)) {
      try TimeStamp([UInt8](repeating: 0x30, count: 70_000), answering: request, roots: roots)
    }
  }

  @Test func `Certificates are judged as of the time that the stamp states`() throws {
    let roots = try StampFixtures.roots("ca.crt")
    let check = try StampCheck(try StampFixtures.bytes("ok.tsr"))
    let request = StampRequest(keptFor: try StampFixtures.bytes("head.txt"))
    try check.verify(request, try roots.load(asOf: 1_795_217_800))
    for time in [1_795_217_799, 5_000_000_000] as [Int64] {
      #expect(throws: StampError.self) {
        try check.verify(request, try roots.load(asOf: time))
      }
    }
  }

  @Test func `Roots are PEM with at least one certificate`() throws {
    let good = try StampFixtures.bytes("ca.crt")
    #expect(throws: StampError.badRoots) { try StampRoots(pem: []) }
    #expect(throws: StampError.badRoots) { try StampRoots(pem: Array("no certificate\n".utf8)) }
    #expect(throws: StampError.badRoots) { try StampRoots(pem: good + good.prefix(200)) }
    var damaged = good
    damaged[good.count / 2] = UInt8(ascii: "!")
    #expect(throws: StampError.badRoots) { try StampRoots(pem: damaged) }
  }
}

/// Replies of authorities that are configured badly; only we and openssl see them.
@Suite struct MadeTimeStampTests {
  @Test func `Two verifiers accept a stamp, also of RSA`() throws {
    for options in ["key=ec", "key=rsa:2048", "digest=sha512"] {
      let authority = try TestAuthority(options)
      let before = Int64(Date().timeIntervalSince1970)
      let stamp = try authority.stamp("a head")
      #expect(stamp.time >= before && stamp.time <= before + 60, "\(options)")
      #expect(stamp.authority == "/CN=test clock")
      #expect(try authority.opensslAccepts(stamp.bytes, of: "a head"))
      #expect(try !authority.opensslAccepts(stamp.bytes, of: "another head"))
    }
  }

  @Test(
    .enabled(
      if: TestAuthority.hasPeer,
      "rfc3161-client is not installed; name a Python that has it in FLUXGATE_PEER_PYTHON"))
  func `A third verifier agrees`() throws {
    let authority = try TestAuthority()
    let stamp = try authority.stamp("a head")
    #expect(try authority.peerAccepts(stamp.bytes, of: "a head"))
    #expect(try !authority.peerAccepts(stamp.bytes, of: "another head"))
  }

  @Test(arguments: [
    ("use=critical, timeStamping, 1.2.3.4", StampError.wrongSigner),
    ("digest=sha1", .weakDigest),
  ])
  func `A signer that is not fit for it is refused`(option: String, error: StampError) throws {
    let authority = try TestAuthority(option)
    #expect(throws: error) { try authority.stamp("a head") }
  }

  @Test func `A weak key or a certificate past its end dates nothing`() throws {
    for option in ["key=rsa:1024", "seconds=-5"] {
      let authority = try TestAuthority(option)
      guard case .untrusted = StampFixtures.refusal({ try authority.stamp("a head") }) else {
        Issue.record("\(option) was accepted")
        continue
      }
    }
  }

  @Test func `A stamp outlives its signer's certificate`() throws {
    let authority = try TestAuthority("seconds=2")
    let stamp = try authority.stamp("a head")
    Thread.sleep(forTimeInterval: 2.5)
    #expect(try !authority.opensslAccepts(stamp.bytes, of: "a head"))
    let later = try TimeStamp(
      stamp.bytes, answering: StampRequest(keptFor: Array("a head".utf8)), roots: authority.roots)
    #expect(later == stamp)
  }
}
