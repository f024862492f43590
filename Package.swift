// swift-tools-version: 6.2
import PackageDescription

/// Every source target is checked for memory safety and data races, and no warning passes.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableExperimentalFeature("Lifetimes"),
]

/// Test targets leave strict memory safety off: `#expect` over a span does not pass it.
let relaxed: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableExperimentalFeature("Lifetimes"),
]

func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: relaxed)
}

let package = Package(
  name: "Fluxgate",
  products: [
    .library(name: "Fluxgate", targets: ["Fluxgate"]),
    .executable(name: "fluxgate", targets: ["fluxgate"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(
      name: "CLibUSB", pkgConfig: "libusb-1.0", providers: [.apt(["libusb-1.0-0-dev"])]),
    .systemLibrary(name: "CUdev", pkgConfig: "libudev", providers: [.apt(["libudev-dev"])]),
    .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),

    room("FluxgateSignal", []),
    room("FluxgateKernels", []),
    room("FluxgateTransport", ["FluxgateSignal", "CLinux", "CLibUSB", "CUdev"]),
    room(
      "FluxgateDevice",
      [
        "FluxgateSignal", "FluxgateTransport", "CPCRE2", .product(name: "Yams", package: "Yams"),
      ]),
    room("FluxgateDSP", ["FluxgateKernels"]),
    room("FluxgateSeal", ["CCrypto", .product(name: "Crypto", package: "swift-crypto")]),
    room(
      "FluxgateRecording",
      ["FluxgateSignal", "FluxgateKernels", "FluxgateSeal", "CHDF5", "CZstd", "CLinux"]),
    room("FluxgateConsent", ["FluxgateSeal"]),
    room(
      "FluxgateLedger",
      [
        "FluxgateSeal",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ]),
    room(
      "FluxgateVault",
      ["FluxgateRecording", "FluxgateLedger", "FluxgateConsent", "FluxgateSeal", "CLinux"]),
    room(
      "Fluxgate",
      [
        "FluxgateSignal", "FluxgateKernels", "FluxgateTransport", "FluxgateDevice", "FluxgateDSP",
        "FluxgateSeal", "FluxgateRecording", "FluxgateConsent", "FluxgateLedger", "FluxgateVault",
      ]),
    room(
      "FluxgateWeb",
      [
        "FluxgateSeal", "FluxgateConsent", "FluxgateLedger", "FluxgateVault", "Fluxgate",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HummingbirdTLS", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ]),
    room(
      "FluxgateSimulation", ["FluxgateSignal", "FluxgateTransport", "FluxgateDevice", "CLinux"]),
    .executableTarget(
      name: "fluxgate",
      dependencies: [
        "Fluxgate", "FluxgateSimulation", "FluxgateSignal", "FluxgateTransport", "FluxgateDevice",
        "FluxgateDSP", "FluxgateKernels", "FluxgateSeal", "FluxgateRecording", "FluxgateLedger",
        "FluxgateVault", "FluxgateConsent", "FluxgateWeb",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    tests("ArchitectureTests", []),
    tests("FluxgateSignalTests", ["FluxgateSignal"]),
    tests("FluxgateKernelsTests", ["FluxgateKernels"]),
    tests("FluxgateTransportTests", ["FluxgateTransport", "FluxgateSignal"]),
    tests(
      "FluxgateDeviceTests",
      ["FluxgateDevice", "FluxgateTransport", "FluxgateSignal", "FluxgateSimulation"]),
    .testTarget(
      name: "FluxgateDSPTests", dependencies: ["FluxgateDSP", "FluxgateKernels"],
      exclude: ["scipy_reference.py"], swiftSettings: relaxed),
    tests("FluxgateSealTests", ["FluxgateSeal"]),
    tests("FluxgateRecordingTests", ["FluxgateRecording", "FluxgateSeal", "FluxgateSignal"]),
    tests("FluxgateConsentTests", ["FluxgateConsent", "FluxgateSeal"]),
    tests("FluxgateLedgerTests", ["FluxgateLedger", "FluxgateSeal"]),
    tests(
      "FluxgateVaultTests",
      [
        "FluxgateVault", "FluxgateConsent", "FluxgateRecording", "FluxgateLedger", "FluxgateSeal",
        "FluxgateSignal",
      ]),
    tests(
      "FluxgateWebTests",
      [
        "FluxgateWeb", "FluxgateVault", "FluxgateConsent", "FluxgateRecording", "FluxgateLedger",
        "FluxgateSeal", "FluxgateSignal", "Fluxgate",
      ]),
    tests(
      "FluxgateSimulationTests",
      ["FluxgateSimulation", "FluxgateTransport", "FluxgateDevice", "FluxgateSignal"]),
    tests(
      "EndToEndTests",
      [
        "Fluxgate", "FluxgateSimulation", "FluxgateSignal", "FluxgateDevice", "FluxgateTransport",
        "FluxgateRecording", "FluxgateLedger", "FluxgateVault", "FluxgateSeal", "FluxgateConsent",
      ]),
  ]
)
