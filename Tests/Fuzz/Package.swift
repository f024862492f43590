// swift-tools-version: 6.2
// The fuzzer's own package over the rooms that read strangers' bytes: every part of it is built with
// coverage counters and the address sanitizer, which the product is not.
import PackageDescription

let watched: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableExperimentalFeature("Lifetimes"),
  .unsafeFlags(["-sanitize=fuzzer,address", "-parse-as-library"]),
]

func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: watched)
}

let package = Package(
  name: "FluxgateFuzz",
  dependencies: [.package(url: "https://github.com/jpsim/Yams", from: "6.2.0")],
  targets: [
    .systemLibrary(name: "CFuzzer"),
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CLibUSB", pkgConfig: "libusb-1.0"),
    .systemLibrary(name: "CUdev", pkgConfig: "libudev"),
    .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8"),
    room("FluxgateSignal", []),
    room("FluxgateTransport", ["FluxgateSignal", "CLinux", "CLibUSB", "CUdev"]),
    room(
      "FluxgateDevice",
      [
        "FluxgateSignal", "FluxgateTransport", "CPCRE2", .product(name: "Yams", package: "Yams"),
      ]),
    .executableTarget(
      name: "Fuzz",
      dependencies: ["CFuzzer", "FluxgateSignal", "FluxgateTransport", "FluxgateDevice"],
      swiftSettings: watched,
      linkerSettings: [
        .unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])
      ]),
  ]
)
