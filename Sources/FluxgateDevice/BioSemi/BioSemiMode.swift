/// How a box measures, by its speed switch: words in a sweep and what they hold.
public struct BioSemiMode: Sendable, Hashable {
  /// What a run of words in a sweep is.
  public enum Part: Sendable, Hashable { case pins, exg, sensors, inputBox }

  public struct Run: Sendable, Hashable {
    public var part: Part
    public var words: Range<Int>
    /// Boxes count from 1; 0 where there is one only.
    public var box: Int
  }

  public static let syncWord: UInt32 = 0xFFFF_FF00
  public static let greatestWordCount = 610

  public let speed: Int
  public let isMark2: Bool

  public init(speed: Int, isMark2: Bool) {
    self.speed = speed
    self.isMark2 = isMark2
  }

  init(_ status: BioSemiStatus) {
    self.init(speed: status.speed, isMark2: status.isMark2)
  }

  /// Words in a sweep, sync and status included; nil for modes that no page describes.
  public var wordCount: Int? {
    guard speed < Self.mark1Words.count else { return nil }
    return isMark2 ? Self.mark2Words[speed] : Self.mark1Words[speed]
  }

  /// Sweeps a second.
  public var rate: Double {
    guard isMark2 || speed > 7 else { return Double(2048 << (speed % 4)) }
    return speed < 4 || speed == 8 ? 2048 : Double(2048 << (speed % 4))
  }

  /// The words behind sync and status, in their order.
  public var runs: [Run] {
    guard let wordCount else { return [] }
    var runs: [Run] = []
    var next = 2
    for (part, count, box) in parts(channelCount: wordCount - 2) {
      runs.append(Run(part: part, words: next..<next + count, box: box))
      next += count
    }
    return runs
  }

  public var name: String { "\(isMark2 ? "Mk2" : "Mk1") speed mode \(speed)" }

  private static let mark1Words = [258, 130, 66, 34, 258, 130, 66, 34, 290]
  private static let mark2Words = [610, 610, 610, 610, 282, 154, 90, 58, 314]
  private static let boxPins = 128
  private static let exgCount = 8
  private static let sensorCount = 16
  private static let inputBoxCount = 32

  private func parts(channelCount: Int) -> [(Part, Int, Int)] {
    if speed < 4 {
      guard isMark2 else { return [(.pins, channelCount, 0)] }
      return (1...4).flatMap { box in
        [(.pins, Self.boxPins, box), (.exg, Self.exgCount, box), (.sensors, Self.sensorCount, box)]
      }
    }
    let box: [(Part, Int, Int)] = speed == 8 ? [(.inputBox, Self.inputBoxCount, 0)] : []
    // The first boxes give up EXG and sensors for the input box.
    guard isMark2 || speed < 8 else { return [(.pins, channelCount - Self.inputBoxCount, 0)] + box }
    let beside = Self.exgCount + Self.sensorCount + (speed == 8 ? Self.inputBoxCount : 0)
    return [
      (.pins, channelCount - beside, 0), (.exg, Self.exgCount, 0),
      (.sensors, Self.sensorCount, 0),
    ] + box
  }
}

extension BioSemiMode {
  /// Modes that send the same sweeps at the same rate fit the same streams.
  public func hasLayout(of other: BioSemiMode) -> Bool {
    self == other
      || (isMark2 == other.isMark2 && wordCount == other.wordCount && rate == other.rate)
  }
}
