// swift-tools-version: 6.2
// Targets and the one list of compiler settings. There are no external packages.
//
// Numeric targets are optimised in every configuration (a debug loop is sixty times slower) and compiled for
// AVX2 where this machine has it. `GOSSIPNODE_PORTABLE=1 swift build` turns AVX2 off; results keep the same bits.
import Foundation
import PackageDescription

let isRootPackage = !Context.packageDirectory.contains("/checkouts/")
let portable = Context.environment["GOSSIPNODE_PORTABLE"].map { !$0.isEmpty && $0 != "0" } ?? false
let processor = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
let usesAVX2 = isRootPackage && !portable && processor.contains(" avx2 ")

let strict: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error), .strictMemorySafety()]
/// For what every simulated step goes through as well: the tests simulate many.
let optimised: [SwiftSetting] = strict + (isRootPackage ? [.unsafeFlags(["-O"])] : [])
let numeric: [SwiftSetting] =
    optimised
    + (usesAVX2 ? [.unsafeFlags(["-Xcc", "-mavx2"]), .define("BUILT_FOR_AVX2")] : [])
/// The fuzzer is built alone, with everything that it reads: `Scripts/fuzz` says how.
let isFuzzing = Context.environment["GOSSIPNODE_FUZZ"] != nil
let informed: [SwiftSetting] = strict + (usesAVX2 ? [.define("BUILT_FOR_AVX2")] : [])

/// What each module may import: only what stands below it.
let named = ["Kernels", "Registry"]
let written = named + ["Cryptography", "JSON"]
let foundations = written + ["Tensors", "Graphs", "Learning", "Aggregation", "Wire", "Metrics"]
let node = foundations + ["Attacks", "Core", "Faults", "Scenario"]

func module(
    _ name: String, _ dependencies: [String], _ settings: [SwiftSetting] = strict, prose: [String] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies.map { .init(stringLiteral: $0) }, exclude: prose,
        swiftSettings: settings)
}
func tests(_ name: String, _ dependencies: [String], data: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: (dependencies + ["TestSupport"]).map { .init(stringLiteral: $0) }, exclude: data,
        swiftSettings: strict)
}

let package = Package(
    name: "gossipnode",
    products: [
        .executable(name: "gossipnode", targets: ["gossipnode"]),
        .executable(name: "gossiplab", targets: ["gossiplab"]),
    ],
    targets: [
        module("Kernels", [], numeric),
        module("Registry", [], optimised),
        module("Cryptography", ["Kernels"], numeric),
        module("JSON", named + ["Cryptography"], optimised),
        module("Graphs", named, optimised),
        module("Tensors", written, optimised, prose: ["README.md"]),
        module("Learning", named + ["Cryptography", "Tensors"], numeric, prose: ["README.md"]),
        module("Aggregation", named, numeric, prose: ["README.md"]),
        module("ReferenceRules", named, numeric),
        module("Wire", ["Kernels", "Cryptography"], optimised, prose: ["PROTOCOL.md", "README.md"]),
        module("Metrics", ["Kernels", "JSON"], optimised, prose: ["README.md"]),
        module("Attacks", foundations, numeric, prose: ["README.md"]),
        module("Core", foundations + ["Attacks"], optimised, prose: ["PATIENCE.md", "README.md"]),
        module("Faults", named, optimised, prose: ["README.md"]),
        module("Scenario", foundations + ["Attacks", "Core", "Faults"], prose: ["README.md"]),
        module("Platform", node, informed, prose: ["README.md"]),
        module("Simulation", foundations + ["Attacks", "Core", "Faults"], optimised),
        module("Personalisation", named + ["Learning"], optimised),
        module("Linter", node, optimised),
        module(
            "Harness", node + ["Personalisation", "Linter", "Platform", "Simulation"],
            prose: ["README.md", "Bench/README.md", "Packs/README.md", "Sweep/README.md"]),
        .executableTarget(
            name: "gossipnode", dependencies: (node + ["Platform"]).map { .init(stringLiteral: $0) },
            // Many nodes start on one host: without shared libraries to bind, and names for others to bind to, sooner
            // and in less memory. Not for debugging: the tests' program would take the flags over, and Foundation does
            // not link that way.
            swiftSettings: strict,
            linkerSettings: [
                .unsafeFlags(
                    ["-static-stdlib", "-Xlinker", "--no-export-dynamic"], .when(configuration: .release))
            ]),
        .executableTarget(
            name: "gossiplab",
            dependencies: (node + ["ReferenceRules", "Linter", "Platform", "Simulation", "Harness", "gossipnode"]).map {
                .init(stringLiteral: $0)
            },
            swiftSettings: strict),

        .target(
            name: "TestSupport", dependencies: node.map { .init(stringLiteral: $0) }, path: "Tests/TestSupport",
            swiftSettings: strict),
        .target(
            name: "Fuzzing", dependencies: (node + ["Platform", "TestSupport"]).map { .init(stringLiteral: $0) },
            path: "Tests/Fuzzing", swiftSettings: optimised),
        .executableTarget(
            name: "flooder", dependencies: (node + ["Platform"]).map { .init(stringLiteral: $0) },
            path: "Tests/Flooder", swiftSettings: strict),
        tests("KernelsTests", ["Kernels"]),
        tests("RegistryTests", ["Registry"]),
        tests("CryptographyTests", ["Kernels", "Cryptography"]),
        tests("JSONTests", named + ["JSON"]),
        tests("GraphsTests", named + ["Graphs"]),
        tests("TensorsTests", written + ["Tensors"]),
        tests("LearningTests", named + ["Cryptography", "Learning"]),
        tests("AggregationTests", node + ["ReferenceRules", "Platform"]),
        tests("WireTests", ["Kernels", "Cryptography", "Wire"]),
        tests("MetricsTests", ["Kernels", "JSON", "Metrics"]),
        tests("AttacksTests", foundations + ["Attacks", "Personalisation"]),
        tests("CoreTests", foundations + ["Attacks", "Core"]),
        tests("FaultsTests", named + ["Faults"]),
        tests("ScenarioTests", node),
        tests("PlatformTests", node + ["Platform"]),
        tests("SimulationTests", foundations + ["Attacks", "Core", "Faults", "Simulation"]),
        tests("PersonalisationTests", named + ["Learning", "Personalisation"]),
        tests("LinterTests", node + ["Linter", "Platform"]),
        tests("HarnessTests", node + ["Personalisation", "Linter", "Platform", "Simulation", "Harness"]),
        tests("EndToEndTests", node + ["Platform", "Simulation", "Harness", "gossiplab", "gossipnode"]),
        tests("TidyTests", node + ["Platform", "gossiplab", "gossipnode"]),
        tests("FuzzingTests", node + ["Platform", "Fuzzing"], data: ["Found"]),
    ]
        + (isFuzzing
            ? [
                .executableTarget(
                    name: "fuzzer", dependencies: (node + ["Platform", "Fuzzing"]).map { .init(stringLiteral: $0) },
                    path: "Tests/Fuzzer", swiftSettings: strict,
                    // The usual linker cannot: libFuzzer has a main of its own, which is not wanted.
                    linkerSettings: [.unsafeFlags(["-use-ld=lld"])])
            ] : [])
)
