internal import FluxgateSignal

/// Ordinary fixed framing, as a profile's `frames` section describes it.
///
/// All places are byte offsets from the first sync byte.
public struct FrameFormat: Sendable, Hashable {
  var sync: [UInt8]
  var length: Int
  /// What the last byte of a frame may be; nil for anything.
  var end: ByteSet?
  var marks: [FrameMark]
  var checksum: FrameChecksum?
  var counter: FrameCounter?
  /// Whether a doubtful frame needs the sync of the next one (``FrameFinder``).
  var confirmsWithNext: Bool
  /// Frames that make one row, told apart by the counter.
  var framesPerRow: Int
  var stream: String
  var fields: [FrameField]
  var slow: [SlowStream]
  var states: [FrameState]

  /// Every column of the rows, in order.
  var columns: [FrameColumn] { fields.flatMap(\.columns) }
}

/// A set of byte values.
struct ByteSet: Sendable, Hashable {
  var ranges: [ClosedRange<UInt8>]

  func contains(_ byte: UInt8) -> Bool { ranges.contains { $0.contains(byte) } }
}

/// Bits that every frame has at one place.
struct FrameMark: Sendable, Hashable {
  var offset: Int
  var mask: UInt8
  var value: UInt8
}

/// The frame's own number. `step` is what it rises by from frame to frame.
struct FrameCounter: Sendable, Hashable {
  var offset: Int
  var format: NumberFormat
  var modulus: UInt64
  var step: UInt64

  func read(_ bytes: RawSpan) -> UInt64? {
    format.integer(in: bytes, at: offset).map(UInt64.init)
  }

  func after(_ value: UInt64) -> UInt64 { (value + step) % modulus }
}

/// Numbers of one kind that lie at even distances.
struct FrameField: Sendable, Hashable {
  /// `#` stands for the number of the column.
  var name: String
  var kind: String
  var unit: String
  var scale: Double
  var zero: Double
  var range: Double
  var format: NumberFormat
  var offset: Int
  var count: Int
  /// The number of the first column.
  var first: Int
  var stride: Int
  /// Which frame of a row it is in, from 0.
  var part: Int
  /// Codes that say that the input is out of its range.
  var rails: [Int64]

  var columns: [FrameColumn] {
    (0..<count).map { index in
      FrameColumn(
        name: name.replacing("#", with: "\(first + index)"), format: format,
        offset: offset + index * stride, part: part, rails: rails)
    }
  }

  func channels(delay: SensorDelay?) -> [Channel] {
    columns.map {
      Channel(
        name: $0.name, kind: kind, unit: unit, scale: scale, offset: zero, range: range,
        delay: delay?.nanoseconds ?? 0, delayUncertainty: delay?.uncertainty ?? 0)
    }
  }
}

/// Where one column's number lies.
struct FrameColumn: Sendable, Hashable {
  var name: String
  var format: NumberFormat
  var offset: Int
  var part: Int
  var rails: [Int64]
}

/// Numbers that not every frame has: a row of its own stream whenever they are there.
struct SlowStream: Sendable, Hashable {
  var name: String
  /// The byte that tells, and its values.
  var place: Int
  var values: ByteSet
  /// A frame in which all these numbers are zero has none.
  var skipsZero: Bool
  var fields: [FrameField]
}

/// A bit that says how a sensor stands; its changes become events.
struct FrameState: Sendable, Hashable {
  var label: String
  var format: NumberFormat
  var offset: Int
  var bit: Int
  var part: Int

  /// Nil beyond the frame.
  func isSet(in frame: RawSpan) -> Bool? {
    format.integer(in: frame, at: offset).map { $0 >> Int64(bit) & 1 == 1 }
  }
}
