/// The design's arrows: what each room may import of Fluxgate's own rooms, of C and of packages.
///
/// Imports only go up this list. A new arrow is a decision: change it here, in Package.swift and in
/// `Architecture.md` together.
enum Arrows {
  static let allowed: [String: Set<String>] = [
    "FluxgateSignal": [],
    "FluxgateKernels": [],
    "FluxgateTransport": ["FluxgateSignal", "CLinux", "CLibUSB", "CUdev"],
    "FluxgateDevice": ["FluxgateSignal", "FluxgateTransport", "CPCRE2", "Yams"],
    "FluxgateDSP": ["FluxgateKernels"],
    "FluxgateSeal": ["CCrypto", "Crypto"],
    "FluxgateRecording": [
      "FluxgateSignal", "FluxgateKernels", "FluxgateSeal", "CHDF5", "CZstd", "CLinux",
    ],
    "FluxgateConsent": ["FluxgateSeal"],
    "FluxgateLedger": ["FluxgateSeal", "AsyncHTTPClient", "NIOCore", "NIOHTTP1", "NIOSSL"],
    "FluxgateVault": [
      "FluxgateRecording", "FluxgateLedger", "FluxgateConsent", "FluxgateSeal", "CLinux",
    ],
    "Fluxgate": [
      "FluxgateSignal", "FluxgateKernels", "FluxgateTransport", "FluxgateDevice", "FluxgateDSP",
      "FluxgateSeal", "FluxgateRecording", "FluxgateConsent", "FluxgateLedger", "FluxgateVault",
    ],
    "FluxgateWeb": [
      "FluxgateSeal", "FluxgateConsent", "FluxgateLedger", "FluxgateVault", "Fluxgate",
      "Hummingbird", "HummingbirdCore", "HummingbirdTLS", "HTTPTypes", "Logging", "NIOCore",
      "NIOSSL", "ServiceLifecycle", "UnixSignals",
    ],
    "FluxgateSimulation": ["FluxgateSignal", "FluxgateTransport", "FluxgateDevice", "CLinux"],
    "fluxgate": [
      "Fluxgate", "FluxgateSimulation", "FluxgateSignal", "FluxgateTransport", "FluxgateDevice",
      "FluxgateDSP", "FluxgateKernels", "FluxgateSeal", "FluxgateRecording", "FluxgateLedger",
      "FluxgateVault", "FluxgateConsent", "FluxgateWeb", "ArgumentParser",
    ],
  ]

  /// Parts of the system that every room may use.
  static let system: Set<String> = ["Swift", "Glibc", "Synchronization"]

  /// Boxes for C: no Swift sources.
  static let boxes: Set<String> = [
    "CLinux", "CCrypto", "CHDF5", "CZstd", "CLibUSB", "CUdev", "CPCRE2",
  ]

  /// Foundation and the packages that import it; they stay out of every file but those below.
  static let heavy: Set<String> = [
    "Foundation", "Yams", "Crypto", "ArgumentParser", "AsyncHTTPClient", "NIOCore", "NIOHTTP1",
    "NIOSSL", "Hummingbird", "HummingbirdCore", "HummingbirdTLS", "HTTPTypes", "Logging",
    "ServiceLifecycle", "UnixSignals",
  ]

  /// Where those may be: a folder ends in `/`. Nothing here runs while samples flow.
  static let heavyPlaces = [
    "Sources/FluxgateDevice/Profile/",
    "Sources/FluxgateSeal/Keys/",
    "Sources/FluxgateSeal/Ed25519.swift",
    "Sources/FluxgateLedger/Network/",
    "Sources/Fluxgate/Status/",
    "Sources/FluxgateWeb/",
    "Sources/fluxgate/",
  ]

  static let forbiddenWords = ["Manager", "Helper", "Util", "Handler", "Processor", "Blob"]
  static let longestFile = 400
}
