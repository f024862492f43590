/// The only text commands that Fluxgate sends to a FreeStyle Libre reader: each of them reads.
///
/// A reader also knows commands that set it, erase it or end the running sensor. They have no case
/// here, so no code can send them.
enum LibreCommand: String, CaseIterable {
  case serial = "$sn?"
  case version = "$swver?"
  case recordNumber = "$dbrnum?"
  case clock = "$rdt?"
  case date = "$date?"
  case time = "$time?"
  case results = "$arresult?"
  case history = "$history?"

  var report: [UInt8] { LibreReport.bytes(LibreReport.Kind.textRequest, Array(rawValue.utf8)) }

  /// The order of one round; records last, so that their times are resolved with the clock.
  static let round: [LibreCommand] = [
    .serial, .version, .recordNumber, .clock, .date, .time, .results, .history,
  ]

  var next: LibreCommand? {
    let place = Self.round.firstIndex(of: self) ?? 0
    return place + 1 < Self.round.count ? Self.round[place + 1] : nil
  }
}
