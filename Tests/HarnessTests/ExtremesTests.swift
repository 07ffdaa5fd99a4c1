// Every number that an operator may choose, at its extremes and in pairs of extremes: what comes of it is a run or one
// line, never a trap, and no memory that nobody has.
import Aggregation
import Attacks
import Faults
import Graphs
import Kernels
import Learning
import Platform
import Registry
import Simulation
import Testing

@testable import Harness
@testable import Scenario

/// One `--set`, or a few that belong together.
private typealias Change = [String]

@Suite("Extremes")
struct ExtremesTests {
    /// Small enough for thousands of runs; four nodes that learn from sixteen samples.
    private static let base = """
        {"topology": {"family": "complete", "nodes": 4}, "training": {"rounds": 3, "batchSize": 4},
         "task": {"dataset": {"kind": "synthetic", "samples": 16, "testSamples": 4, "features": 2, "classes": 2}},
         "adversary": [{"nodes": ["3"], "attack": "signFlip"}], "faults": [{"fault": "delay", "from": 1}],
         "checkpoint": {"every": 0}, "measure": {"every": 0}}
        """
    /// What a run may take here.
    private static let room = MemoryRoom(bytes: 4_000_000, for: .simulation)
    /// A run is cut off then: an extreme number of rounds has no end.
    private static let mostInstants = 30

    // MARK: - What there is to choose

    /// The values at the ends of a domain, and zero inside it.
    private static func extremes(of parameter: Parameter) -> [String] {
        switch parameter.domain {
        case .count(let range): [range.lowerBound, range.upperBound].map { "\($0)" }
        case .number(let range): [range.lowerBound, range.upperBound].map { "\($0)" }
        case .choice(let names): names
        case .flag: ["false", "true"]
        case .counts(let range, let length):
            [(range.lowerBound, length.lowerBound), (range.upperBound, 1), (range.upperBound, length.upperBound)].map {
                value, count in "\([Int](repeating: value, count: count))"
            }
        case .text, .model: []
        }
    }

    /// The choice of each entry of a catalogue at this key, with each of its parameters at its ends.
    private static func changes(at key: String, of entries: [any Registered.Type], kind: String = "kind") -> [Change] {
        entries.flatMap { entry in
            let needed = entry.parameters.filter { $0.defaultValue == nil }.map { parameter in
                "\"\(parameter.name)\": \(["nodes": "4", "probability": "0.5"][parameter.name] ?? "3")"
            }
            let chosen = "\(key)={\(([#""\#(kind)": "\#(entry.name)""#] + needed).joined(separator: ", "))}"
            let parameters = entry.parameters.flatMap { parameter in
                extremes(of: parameter).map { [chosen, "\(key).\(parameter.name)=\($0)"] }
            }
            return [[chosen]] + parameters
        }
    }

    /// The extremes of the keys that are numbers, as their tables state them.
    private static let numbers: [Change] = ExperimentSchema.keys.flatMap { row -> [Change] in
        let words = row.allowed.split { $0 == " " || $0 == "," }
        guard words.first == "a", let from = words.firstIndex(of: "from"), from + 1 < words.count else { return [] }
        let ends = [words[from + 1]] + (from + 3 < words.count && words[from + 2] == "to" ? [words[from + 3]] : [])
        return ends.map { ["\(row.path)=\($0)"] }
    }

    private static let graphs = changes(at: "topology", of: TopologyCatalog.all.descriptions, kind: "family")

    private static let entries: [Change] =
        changes(at: "task.dataset", of: DatasetCatalog.all.descriptions)
        + changes(at: "task.split", of: SplitCatalog.all.descriptions)
        + changes(at: "task.model", of: ModelCatalog.all.descriptions)
        + changes(at: "training.stepSize", of: StepSizeCatalog.all.descriptions)
        + changes(at: "adversary.0.nodes", of: PlacementCatalog.all.descriptions, kind: "placement")
        + changes(at: "aggregation.rule", of: RuleCatalog.gossip.descriptions)
        + changes(at: "adversary.0.attack", of: AttackCatalog.all.descriptions)
        + changes(at: "faults.0.fault", of: FaultCatalog.all.descriptions)

    private static let choices: [Change] = [
        ["timing.kind=asynchronous"], ["aggregation.mode=strict"], ["training.initialisation=different"],
        ["aggregation.tolerates=oracle"], ["aggregation.tolerates.count=0"], ["aggregation.tolerates.count=1000000"],
        [#"aggregation.tolerates={"kind": "declared", "weight": 1}"#], ["adversary.taps=honest"],
        ["adversary.taps=victims"], ["task.split.over=honest"], ["adversary.collude=true"],
    ]

    // MARK: - What comes of it

    /// Assembles and, where an exchange of models is no long affair, runs for a while.
    private static func outcome(of changes: [Change]) throws -> String? {
        let settings = changes.flatMap { $0 }
        do {
            let experiment = try Experiment(Array(base.utf8), name: "extreme.json", overrides: settings)
            let file = try experiment.topologyFile(room: room) { path throws(ConfigurationFault) in
                throw ConfigurationFault("no file", at: path)
            }
            let assembly = try Assembly(experiment, topology: file, sharesData: true, room: room)
            let training = experiment.training
            let steps = min(training.rounds, training.mixEvery) * training.localSteps
            guard assembly.topology.nodeCount <= 16, steps <= 100, assembly.dimension <= 10_000 else { return nil }
            var instants = 0
            var options = Simulator.Options()
            options.isWatched = true
            _ = try SimulatedRun(assembly, options: options).run { _ in
            } shouldStop: {
                instants += 1
                return instants > mostInstants
            }
            return nil
        } catch let fault as ConfigurationFault {
            return fault.description
        }
    }

    private static func check(_ changes: [Change]) throws {
        guard let line = try outcome(of: changes) else { return }
        #expect(!line.isEmpty && !line.contains("\n"), "\(changes): \(line)")
    }

    @Test("each number alone")
    func alone() throws {
        #expect(Self.numbers.count > 35 && Self.entries.count > 150)
        #expect(try Self.outcome(of: []) == nil)
        for change in Self.numbers + Self.graphs + Self.entries + Self.choices { try Self.check([change]) }
    }

    @Test("each two numbers of the experiment's own keys")
    func pairs() throws {
        for (index, one) in Self.numbers.enumerated() {
            for other in Self.numbers[..<index] { try Self.check([one, other]) }
        }
    }

    @Test("pairs with entries of catalogues and choices, drawn at random", arguments: 1...8 as ClosedRange<UInt64>)
    func drawn(seed: UInt64) throws {
        var random = RandomStream(seed: seed, purpose: .measurement)
        let all = Self.numbers + Self.entries + Self.choices
        for _ in 0..<80 { try Self.check((0..<3).map { _ in all[random.below(all.count)] }) }
    }
}
