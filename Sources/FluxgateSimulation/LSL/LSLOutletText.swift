/// The texts that an outlet answers with.
struct LSLOutletText {
  var settings: LSLOutletSettings
  var uid: String
  var port: UInt16
  var createdAt: Double

  var shortInfo: [UInt8] { document(desc: "<desc />") }

  var fullInfo: [UInt8] {
    let channels = (1...settings.channelCount).map { number in
      "<channel><label>OPM\(number)</label><unit>fT</unit><type>MEG</type>"
        + "<location><X>\(number)</X><Y>0</Y><Z>90</Z></location></channel>"
    }
    return document(
      desc: "<desc><channels>\(channels.joined())</channels><acquisition>"
        + "<manufacturer>Fluxgate simulation</manufacturer><model>\(escaped(settings.name))</model>"
        + "<serial_number>SIM-\(settings.seed)</serial_number></acquisition></desc>")
  }

  private func document(desc: String) -> [UInt8] {
    let fields: [(String, String)] = [
      ("name", settings.name), ("type", settings.type),
      ("channel_count", "\(settings.channelCount)"), ("channel_format", settings.format.rawValue),
      ("source_id", settings.sourceID), ("nominal_srate", "\(settings.rate)"),
      ("version", "1.100000000000000"), ("created_at", "\(createdAt)"), ("uid", uid),
      ("session_id", "default"), ("hostname", "simulation"), ("v4address", ""),
      ("v4data_port", "\(port)"), ("v4service_port", "\(port)"), ("v6address", ""),
      ("v6data_port", "0"), ("v6service_port", "0"),
    ]
    let lines = fields.map { "<\($0.0)>\(escaped($0.1))</\($0.0)>" }
    return Array("<?xml version=\"1.0\"?>\n<info>\(lines.joined())\(desc)</info>\n".utf8)
  }

  /// The head of a feed that is given.
  func accepted(isBig: Bool) -> [UInt8] {
    let lines = [
      "LSL/110 200 OK", "UID: \(uid)", "Byte-Order: \(isBig ? 4321 : 1234)",
      "Suppress-Subnormals: 0", "Data-Protocol-Version: 110", "", "",
    ]
    return Array(lines.joined(separator: "\r\n").utf8)
  }

  static let unknown = Array("LSL/110 404 Not found\r\n\r\n".utf8)
  static let badVersion = Array("LSL/110 505 Version not supported\r\n\r\n".utf8)

  /// Whether a query means this outlet: terms of the form name='value' joined by `and`.
  func fits(_ query: Substring) -> Bool {
    let known = [
      "name": settings.name, "type": settings.type, "source_id": settings.sourceID, "uid": uid,
      "session_id": "default", "hostname": "simulation",
    ]
    return Self.terms(of: query).allSatisfy { term in
      let pair = term.split(separator: "=", maxSplits: 1).map(Self.trimmed)
      guard pair.count == 2, let quote = pair[1].first, quote == "'" || quote == "\"",
        pair[1].count >= 2, pair[1].last == quote
      else { return false }
      return known[String(pair[0])].map { $0 == pair[1].dropFirst().dropLast() } ?? false
    }
  }

  private static func terms(of query: Substring) -> [Substring] {
    var terms: [Substring] = []
    var start = query.startIndex
    var quote: Character?
    var place = query.startIndex
    while place < query.endIndex {
      let letter = query[place]
      if letter == quote {
        quote = nil
      } else if quote == nil, letter == "'" || letter == "\"" {
        quote = letter
      } else if quote == nil, query[place...].hasPrefix(" and ") {
        terms.append(query[start..<place])
        start = query.index(place, offsetBy: 5)
        place = start
        continue
      }
      place = query.index(after: place)
    }
    terms.append(query[start...])
    return terms.map(trimmed).filter { !$0.isEmpty }
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while text.first?.isWhitespace ?? false { text.removeFirst() }
    while text.last?.isWhitespace ?? false { text.removeLast() }
    return text
  }

  private func escaped(_ text: String) -> String {
    text.reduce(into: "") { made, letter in
      switch letter {
      case "&": made += "&amp;"
      case "<": made += "&lt;"
      case ">": made += "&gt;"
      default: made.append(letter)
      }
    }
  }
}
