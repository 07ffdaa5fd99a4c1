// The structure of the sources: who may import whom, and what the operating system, chance and unsafe memory are kept
// out of.
import Testing

@Suite("Structure")
struct StructureTests {
    /// What each module may import of this project: only what stands below it.
    private static let below: [String: Set<String>] = {
        let named: Set = ["Kernels", "Registry"]
        let written = named.union(["Cryptography", "JSON"])
        let foundations = written.union(["Tensors", "Graphs", "Learning", "Aggregation", "Wire", "Metrics"])
        let node = foundations.union(["Attacks", "Core", "Faults", "Scenario"])
        return [
            "Kernels": [], "Registry": [], "Cryptography": ["Kernels"], "JSON": named.union(["Cryptography"]),
            "Tensors": written, "Graphs": named, "Learning": named.union(["Cryptography", "Tensors"]),
            "Aggregation": named,
            "ReferenceRules": named, "Wire": ["Kernels", "Cryptography"], "Metrics": ["Kernels", "JSON"],
            "Attacks": foundations, "Core": foundations.union(["Attacks"]), "Faults": named,
            "Scenario": foundations.union(["Attacks", "Core", "Faults"]),
            "Platform": node, "Simulation": foundations.union(["Attacks", "Core", "Faults"]),
            "Personalisation": named.union(["Learning"]), "Linter": node,
            "Harness": node.union(["Personalisation", "Linter", "Platform", "Simulation"]),
            "gossipnode": node.union(["Platform"]),
            "gossiplab": node.union(["ReferenceRules", "Linter", "Platform", "Simulation", "Harness"]),
        ]
    }()

    /// Modules of the toolchain, and who may use them.
    private static let ofToolchain: [String: Set<String>] = [
        "Glibc": ["Platform"], "Dispatch": ["Simulation", "Harness"],
        "Synchronization": ["Platform", "Simulation", "Harness"],
    ]

    /// Modules in which the same inputs must give the same bits.
    private static let deterministic = Set(below.keys).subtracting(["Platform", "Harness", "gossipnode", "gossiplab"])

    private static let unsafeFiles: Set = [
        "Sources/Cryptography/ChaCha20.swift", "Sources/Cryptography/ChaCha20Poly1305.swift",
        "Sources/Cryptography/Poly1305.swift", "Sources/Kernels/Combination.swift", "Sources/Kernels/Crew.swift",
        "Sources/Kernels/DenseLayer.swift", "Sources/Kernels/MatrixProduct.swift",
        "Sources/Kernels/OrderStatistics.swift", "Sources/Kernels/ReadAhead.swift", "Sources/Kernels/Reductions.swift",
        "Sources/Kernels/VectorBatch.swift", "Sources/Kernels/XXH3.swift", "Sources/Kernels/XXH64.swift",
        "Sources/Wire/Decoder.swift",
        "Sources/Wire/OutgoingFrame.swift",
    ]

    @Test("the tree is found, and every folder of Sources is a module drawn here")
    func tree() {
        #expect(SourceTree.sources.count > 100 && SourceTree.tests.count > 20)
        #expect(Set(SourceTree.sources.map(\.module)) == Set(Self.below.keys))
    }

    @Test("imports run one way")
    func imports() {
        for file in SourceTree.sources {
            for name in file.imports {
                let isAllowed =
                    Self.below[file.module]?.contains(name) == true
                    || Self.ofToolchain[name]?.contains(file.module) == true
                #expect(isAllowed, "\(file) imports \(name)")
            }
        }
    }

    @Test("there is no external package")
    func packages() {
        #expect(SourceTree.manifest.lines.count > 20)
        #expect(SourceTree.manifest.places(of: /\.package\(/).isEmpty)
    }

    @Test("unsafe memory is touched in few files, each of which needs it")
    func unsafe() {
        for file in SourceTree.sources where file.module != "Platform" {
            let places = file.places(of: /\bunsafe\b|\bUnsafe|@unchecked/)
            if Self.unsafeFiles.contains(file.path) {
                #expect(!places.isEmpty, "\(file) need not be among the unsafe files")
            } else {
                #expect(places.isEmpty, "\(places)")
            }
        }
    }

    @Test("nothing that must give the same bits asks for chance or the time")
    func determinism() {
        let banned =
            /SystemRandomNumberGenerator|\.(random\(|shuffled\(\)|shuffle\(\)|randomElement\(|now\(\))|\bDate\(|Clock\b/
        for file in SourceTree.sources where Self.deterministic.contains(file.module) {
            #expect(file.places(of: banned).isEmpty, "\(file.places(of: banned))")
        }
    }

    @Test("nothing that must give the same bits walks through a set or a dictionary")
    func order() throws {
        let declaration = /\b(?:let|var) (\w+)(?:: (?:Set<|\[\w+: )| = (?:Set\(|Set<|\[\w+: \w+\]\())/
        for file in SourceTree.sources where Self.deterministic.contains(file.module) {
            let names = file.code.compactMap { $0.text.firstMatch(of: declaration).map { String($0.1) } }
            for name in Set(names) {
                let whole = #"\b\#(name)(\.keys|\.values)?"#
                let visits = "(map|compactMap|flatMap|forEach|reduce|first|enumerated)"
                let walk = try Regex(#"\bin (self\.)?\#(whole) (where|\{)|\#(whole)\.\#(visits)\b"#)
                let walks = file.code.filter { $0.text.contains(walk) && !$0.text.contains("sorted") }
                #expect(walks.isEmpty, "\(file):\(walks.map(\.number)) walks through \(name)")
            }
        }
    }
}
