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
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
  ],
  targets: [
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

    room("FluxgateSignal", []),
    room("FluxgateKernels", []),
    room("FluxgateTransport", ["FluxgateSignal", "CLinux"]),
    room(
      "FluxgateDevice",
      ["FluxgateSignal", "FluxgateTransport", .product(name: "Yams", package: "Yams")]),
    room("FluxgateDSP", ["FluxgateKernels"]),
    room("FluxgateSeal", ["CCrypto", .product(name: "Crypto", package: "swift-crypto")]),
    room(
      "FluxgateRecording",
      ["FluxgateSignal", "FluxgateKernels", "FluxgateSeal", "CHDF5", "CZstd", "CLinux"]),
    room("FluxgateLedger", ["FluxgateSeal"]),
    room("FluxgateVault", ["FluxgateRecording", "FluxgateLedger", "FluxgateSeal", "CLinux"]),
    room(
      "Fluxgate",
      [
        "FluxgateSignal", "FluxgateKernels", "FluxgateTransport", "FluxgateDevice", "FluxgateDSP",
        "FluxgateSeal",
        "FluxgateRecording", "FluxgateLedger", "FluxgateVault",
      ]),
    room(
      "FluxgateSimulation", ["FluxgateSignal", "FluxgateTransport", "FluxgateDevice", "CLinux"]),
    .executableTarget(
      name: "fluxgate",
      dependencies: [
        "Fluxgate", "FluxgateSimulation", "FluxgateSignal", "FluxgateTransport", "FluxgateDevice",
        "FluxgateDSP", "FluxgateKernels", "FluxgateSeal", "FluxgateRecording", "FluxgateLedger",
        "FluxgateVault",
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
    tests("FluxgateLedgerTests", ["FluxgateLedger", "FluxgateSeal"]),
    tests(
      "FluxgateVaultTests",
      ["FluxgateVault", "FluxgateRecording", "FluxgateLedger", "FluxgateSeal", "FluxgateSignal"]),
    tests(
      "FluxgateSimulationTests",
      ["FluxgateSimulation", "FluxgateTransport", "FluxgateDevice", "FluxgateSignal"]),
    tests(
      "EndToEndTests",
      [
        "Fluxgate", "FluxgateSimulation", "FluxgateSignal", "FluxgateDevice", "FluxgateTransport",
        "FluxgateRecording", "FluxgateLedger", "FluxgateVault", "FluxgateSeal",
      ]),
  ]
)
