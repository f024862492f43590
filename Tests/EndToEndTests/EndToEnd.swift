import Testing

/// The whole way in real time. One test after another, so that they do not take time from each other.
@Suite(.serialized) enum EndToEnd {}
