internal import FluxgateRecording
internal import FluxgateSeal

/// A span and whether it is the one that its name says.
enum SpanDocument {
  /// An epoch that goes on has none in the vault: nothing there is replaced when it ends.
  static func read(
    _ bytes: [UInt8], _ epoch: UInt32, of head: HeadDocument
  ) throws(ObjectFault) -> EpochSpan {
    let span: EpochSpan
    do {
      span = try EpochSpan.read(bytes, gateway: head.gateway)
    } catch {
      throw error == .signature ? .signature : .encoding
    }
    guard span.recording == head.recording, span.epoch == epoch, span.isEnded else {
      throw .place
    }
    return span
  }
}
