internal import FluxgateSeal

extension Verification {
  /// Step 7: every span signed by the gateway for this recording and the epoch of its name. A span
  /// that is not there is no fault: its epoch is released to nobody.
  mutating func checkSpans(_ head: RecordingHead) throws(RecordingError) {
    guard Disk.exists(folder.spans) else { return }
    let isWritten = try !RecordingFolder.numbers(in: folder.journals, suffix: "fxj").isEmpty
    for name in try Disk.list(folder.spans) where !name.hasSuffix(Disk.aside) {
      guard let epoch = RecordingFolder.number(of: name, suffix: "span") else {
        find(.file("spans/\(name)"), .extra)
        continue
      }
      try checkSpan(epoch, head, isWritten: isWritten)
    }
  }

  private mutating func checkSpan(
    _ epoch: UInt32, _ head: RecordingHead, isWritten: Bool
  ) throws(RecordingError) {
    let file = try Disk.read(folder.span(epoch), limit: 1 << 20)
    do throws(DocumentFault) {
      let span = try EpochSpan.read(file, gateway: head.gateway)
      guard span.recording == head.recording else { throw DocumentFault.field("recording") }
      guard span.epoch == epoch else { throw DocumentFault.field("epoch") }
      guard Set(span.categories.keys) == Set(head.structure.categories) else {
        throw DocumentFault.field("categories")
      }
      if !span.isEnded, !isWritten { find(.span(epoch), .recoveryNeeded) }
    } catch {
      find(.span(epoch), .document(error))
    }
  }
}
