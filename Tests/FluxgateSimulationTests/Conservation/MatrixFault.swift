import FluxgateSimulation

/// The columns of the matrix.
enum MatrixFault: String, Sendable, CaseIterable {
  case drop, duplicate, corrupt, reorder
  case splitReads = "one-byte reads"
  case stall, lumps, unplug
  case cut = "cut link"
  case reboot
  case rateChange = "rate change"
}

/// What a cell of the matrix promises.
enum Promise: Sendable, Hashable {
  /// Stored + lost = sent to the row, and every row stands under the number the device gave it.
  case exact
  /// |stored + lost - sent| is at most so many rows; rows are the device's, in its order.
  case within(Int, String)
  case doesNotApply(String)
}
