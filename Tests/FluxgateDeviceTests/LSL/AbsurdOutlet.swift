import FluxgateSimulation
import FluxgateTransport

/// An outlet that keeps to the protocol and answers with any times at all.
final class AbsurdOutlet {
  private let rate: Double
  private var isFed = false
  private var clock = 0.0

  init(rate: Double) { self.rate = rate }

  /// Whole envelopes in answer to what the driver sent.
  func answer(_ bytes: [UInt8], _ random: inout SeededRandom) -> [[UInt8]] {
    var reader = LSLEnvelopeReader()
    return reader.take(bytes).flatMap { kind, payload -> [[UInt8]] in
      switch kind {
      case .info: return [LSLEnvelope.encode(.info, info), LSLEnvelope.encode(.infoEnd)]
      case .feed:
        isFed = true
        let head = "LSL/110 200 OK\r\nByte-Order: 1234\r\nData-Protocol-Version: 110\r\n\r\n"
        return [LSLEnvelope.encode(.feed, Array(head.utf8) + pattern(257 + 4) + pattern(257 + 2))]
      case .datagram: return time(payload, &random)
      case .infoEnd, .hangUp: return []
      }
    }
  }

  func samples(_ random: inout SeededRandom) -> [[UInt8]] {
    guard isFed else { return [] }
    var bytes: [UInt8] = []
    for _ in 0..<random.next() % 8 {
      let stamp = seconds(&random)
      bytes += random.next() % 4 == 0 ? [1] : [2] + little(stamp.bitPattern)
      bytes += [7, 0]
    }
    return [LSLEnvelope.encode(.feed, bytes)]
  }

  private func time(_ question: [UInt8], _ random: inout SeededRandom) -> [[UInt8]] {
    let lines = String(decoding: question, as: UTF8.self).split(whereSeparator: \.isNewline)
    let number = random.next() % 20 == 0 ? "\(Int.min) 0" : String(lines.last ?? "")
    let answer = " \(number) \(seconds(&random)) \(seconds(&random))"
    return [LSLEnvelope.encode(.datagram, Array(answer.utf8))]
  }

  /// Mostly a clock that creeps on, sometimes anything that passes for a time.
  private func seconds(_ random: inout SeededRandom) -> Double {
    let ends = [0, 3.9e9, -3.9e9, 1e-300, 1.7e9, 86_400]
    if random.next() % 16 == 0 { clock = ends[Int(random.next() % UInt64(ends.count))] }
    clock = min(3.9e9, clock + Double(random.next() % 1000) / 1000)
    return clock
  }

  private var info: [UInt8] {
    Array(
      ("<info><name>absurd</name><channel_count>1</channel_count><channel_format>int16"
        + "</channel_format><nominal_srate>\(rate)</nominal_srate><version>1.1</version>"
        + "<uid>u</uid><v4data_port>1</v4data_port><v4service_port>1</v4service_port></info>").utf8)
  }

  private func pattern(_ value: UInt64) -> [UInt8] {
    [2] + little(123_456.789.bitPattern) + little(value).prefix(2)
  }

  private func little(_ bits: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: bits >> UInt64(8 * $0)) }
  }
}
