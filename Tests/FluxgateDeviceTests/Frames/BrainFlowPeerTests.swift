import FluxgateSignal
import FluxgateSimulation
import Glibc
import Testing

/// BrainFlow's own Cyton board against the virtual one: proof that it speaks what real ones do.
@Suite(
  .enabled(
    if: BrainFlowPeer.isThere,
    "the brainflow package is not installed; name a Python that has it in FLUXGATE_PEER_PYTHON"))
struct BrainFlowPeerTests {
  @Test(arguments: [BoardModel.cyton, .cytonDaisy])
  func `BrainFlow starts the virtual board and reads every row`(model: BoardModel) throws {
    var settings = VirtualCyton.Settings()
    settings.model = model
    let path = "/tmp/fluxgate-cyton-\(getpid())-\(model.rawValue)"
    let host = PtyHost(device: VirtualCyton(settings), path: path)
    try host.start()
    let lines = BrainFlowPeer.run(path, channels: model.channelCount, count: 300)
    host.stop()
    let truth = host.truth[0]
    #expect(lines.count == 300)
    let first = try #require(lines.first)
    let start = try #require((0..<min(truth.rowCount, 40)).first { row(truth, $0) == first.counts })
    for (index, line) in lines.enumerated() {
      try #require(start + index < truth.rowCount)
      #expect(line.counts == row(truth, start + index))
    }
  }

  private func row(_ truth: TruthStream, _ number: Int) -> [Int32] {
    (0..<truth.channelCount).map { channel in
      let start = (number * truth.channelCount + channel) * 4
      return Int32(
        bitPattern: truth.rows[start..<start + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) })
    }
  }
}

enum BrainFlowPeer {
  static let python = getenv("FLUXGATE_PEER_PYTHON").map { String(cString: $0) } ?? "python3"
  static let isThere = system("\(python) -c 'import brainflow' >/dev/null 2>&1") == 0

  static func run(_ path: String, channels: Int, count: Int) -> [(number: Int, counts: [Int32])] {
    let script = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
    let command =
      "timeout 60 \(python) \(script)/Peers/brainflow_cyton.py \(path) \(channels) \(count)"
    guard let pipe = popen(command, "r") else { return [] }
    defer { pclose(pipe) }
    var rows: [(Int, [Int32])] = []
    var buffer = [CChar](repeating: 0, count: 4096)
    while fgets(&buffer, Int32(buffer.count), pipe) != nil {
      let text = String(
        decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      let words = text.split(whereSeparator: \.isWhitespace)
      guard words.first == "row", let number = Int(words[1]) else { continue }
      rows.append((number, words.dropFirst(2).compactMap { Int32($0) }))
    }
    return rows
  }
}
