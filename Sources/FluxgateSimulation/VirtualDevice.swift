public import FluxgateSignal

/// A device made of code that speaks the real wire protocol, without wires of its own.
///
/// A host (pseudo-terminal, TCP server or bench) carries its bytes. Seeded: the same seed and the same
/// calls give the same bytes.
public protocol VirtualDevice: AnyObject {
  /// A gateway opened the line.
  func connected(at now: HostTime)
  /// The gateway closed it, or the cable is out.
  func disconnected(at now: HostTime)
  func receive(_ bytes: [UInt8], at now: HostTime)
  /// Does all that is due up to `now`.
  func advance(to now: HostTime)
  /// When `advance` has something to do next.
  var nextWake: HostTime { get }
  /// The gateway's end of a serial line has this rate now.
  func lineRate(is baud: UInt32)
  /// Bytes for the line since the last call.
  func takeOutput() -> [UInt8]
  /// False while an injected fault has the cable out; the host then closes the line.
  var isPlugged: Bool { get }
  /// Everything the device made so far, whether or not it arrived.
  var truth: [TruthStream] { get }
}

extension VirtualDevice {
  /// Most devices do not care.
  public func lineRate(is baud: UInt32) {}
}

/// The rows a virtual device made, to compare a recording with.
public struct TruthStream: Sendable {
  public var name: String
  public var sampleType: SampleType
  public var channelCount: Int
  /// Interleaved little-endian rows in the device's own number type, one after another from the
  /// first; row i has sample number i of the stream.
  public var rows: [UInt8] = []
  /// Rows that an injected fault kept from the line, by number.
  public var withheld: [UInt64] = []

  public init(name: String, sampleType: SampleType, channelCount: Int) {
    self.name = name
    self.sampleType = sampleType
    self.channelCount = channelCount
  }

  public var rowCount: Int { rows.count / (channelCount * sampleType.byteCount) }
}

/// A fault to inject, at a time after the device was started.
public struct InjectedFault: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    /// One frame is not sent.
    case dropFrame
    /// One byte of a frame is changed on the line.
    case corruptFrame
    /// The device starts anew.
    case reboot
    /// The cable is out for so many nanoseconds.
    case unplug(duration: Int64)
    /// The device says nothing for so many nanoseconds, then goes on where its clock stands.
    case stall(duration: Int64)
  }

  public var after: Int64
  public var kind: Kind

  public init(after: Int64, kind: Kind) {
    self.after = after
    self.kind = kind
  }
}

/// A small seeded generator (SplitMix64, Steele et al. 2014): the same everywhere.
public struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Roughly normal, mean 0 and deviation 1: the sum of twelve uniform numbers less six.
  public mutating func gaussian() -> Double {
    var sum = 0.0
    for _ in 0..<12 { sum += Double(next() >> 11) / 9_007_199_254_740_992 }
    return sum - 6
  }
}
