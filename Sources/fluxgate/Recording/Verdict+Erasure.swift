import Fluxgate
import FluxgateRecording
import FluxgateSeal

/// What the patient has erased of a recording, in words.
extension Verdict {
  struct Erasure: Encodable {
    struct Epochs: Encodable {
      let first, last: UInt32
    }

    let tombstone, created: String
    /// Nil for all.
    let categories: [String]?
    let epochs: [Epochs]?
    let ciphertext: Bool
  }

  /// One line for each tombstone, oldest first.
  var erasures: [String] {
    found.erasures.map { tombstone in
      let what = ErasureText.what(tombstone.scope.categories)
      let ranges = epochs(of: tombstone).map { list in
        ", epochs "
          + list.map { $0.first == $0.last ? "\($0.first)" : "\($0.first)-\($0.last)" }
          .joined(separator: " ")
      }
      return "\(what)\(ranges ?? ""), by the patient's word of "
        + Instant.text(tombstone.created)
    }
  }

  var erasureReports: [Erasure] {
    found.erasures.map { tombstone in
      Erasure(
        tombstone: tombstone.text, created: Instant.text(tombstone.created),
        categories: tombstone.scope.categories?.sorted().map(ErasureText.name),
        epochs: epochs(of: tombstone), ciphertext: tombstone.scope.takesCiphertext)
    }
  }

  /// Those of this recording; nil for all.
  private func epochs(of tombstone: Tombstone) -> [Erasure.Epochs]? {
    tombstone.scope.epochs?.filter { $0.recording == found.recording }.map {
      Erasure.Epochs(first: $0.epochs.lowerBound, last: $0.epochs.upperBound)
    }
  }
}
