internal import FluxgateSignal
public import FluxgateTransport

/// Finds out which of several profiles a line's device belongs to, where makers share a bridge chip.
///
/// All listen first, to the same bytes. A question is asked only on a line that has said nothing that
/// nobody knows: bytes that are one device's question can be another's command, and a device that
/// speaks by itself is known by listening or not at all.
public struct LineProbe {
  public enum Finding: Sendable, Hashable {
    /// These devices' own words or frames were heard; more than one where they share their frames.
    case heard([String])
    /// These profiles' questions were answered.
    case answered([String])
    /// Bytes came that are no claiming profile's. Nothing was sent.
    case unknown(byteCount: Int)
    case silent
  }

  private let candidates: [Candidate]

  /// Nil where no profile with a `probe:` claims the USB device.
  public init?(_ profiles: [DeviceProfile], device: USBNumbers, product: String) {
    candidates = profiles.filter { $0.match.fits(device, product: product) }
      .compactMap { profile in profile.probe.map { Candidate(profile: profile, script: $0) } }
    guard !candidates.isEmpty else { return nil }
  }

  /// - Returns: what was found after at most the longest `listen` and each question's `within`.
  public func run(over link: any Transport) throws(TransportError) -> Finding {
    let ears = candidates.map { ProbeEar($0.profile, $0.script) }
    var byteCount = 0
    let silence = candidates.map(\.script.listen).max() ?? 0
    try listen(link, for: silence) { bytes, count in
      byteCount += count
      // Every ear gets every byte: devices that share their frames are all named.
      return ears.count { $0.isHeard(bytes, count) } > 0
    }
    let heard = names(of: ears, where: \.hasHeard)
    guard heard.isEmpty else { return .heard(heard) }
    guard byteCount == 0 else { return .unknown(byteCount: byteCount) }
    return try ask(link)
  }

  /// One question after another; the same bytes are sent once for all profiles that ask them.
  private func ask(_ link: any Transport) throws(TransportError) -> Finding {
    var asked: Set<[UInt8]> = []
    for candidate in candidates where !candidate.script.send.isEmpty {
      guard asked.insert(candidate.script.send).inserted else { continue }
      let ears = candidates.filter { $0.script.send == candidate.script.send }
        .map { ProbeEar($0.profile, $0.script) }
      var byteCount = 0
      try link.write(candidate.script.send)
      try listen(link, for: candidate.script.within) { bytes, count in
        byteCount += count
        return ears.count { $0.isAnswered(bytes, count) } > 0
      }
      let answered = names(of: ears, where: \.hasAnswered)
      guard answered.isEmpty else { return .answered(answered) }
      // Somebody else answered: another question could be a command to them.
      guard byteCount == 0 else { return .unknown(byteCount: byteCount) }
    }
    return .silent
  }

  private func names(of ears: [ProbeEar], where isMeant: (ProbeEar) -> Bool) -> [String] {
    ears.filter(isMeant).map(\.name)
  }

  private func listen(
    _ link: any Transport, for time: Int64, until isFound: ([UInt8], Int) -> Bool
  ) throws(TransportError) {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let end = link.now.advanced(by: time)
    while link.now < end {
      let count = try link.read(into: &buffer, until: end).byteCount
      if count > 0, isFound(buffer, count) { return }
    }
  }

  private struct Candidate {
    let profile: DeviceProfile
    let script: ProbeScript
  }
}
