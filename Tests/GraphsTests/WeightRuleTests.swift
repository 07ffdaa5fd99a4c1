// The laws of the rules for weights, over the catalogue and the graph families, against formulas written down apart.
import Graphs
import Kernels
import Registry
import TestSupport
import Testing

/// A rule on a graph on which it can be.
struct WeighedMember: CustomTestStringConvertible, Sendable {
    let member: FamilyMember
    let kind: any WeightRule.Type
    let lazy: Double

    var testDescription: String { "\(kind.name), lazy \(lazy), \(member.testDescription)" }

    static func all(on members: [FamilyMember]) -> [WeighedMember] {
        members.flatMap { member in
            WeightCatalog.all.entries.flatMap { kind in
                [0, 0.5].map { WeighedMember(member: member, kind: kind, lazy: $0) }
            }
        }
    }

    /// The graph; for weights of the file with half of what the larger degree of its ends allows.
    func topology() throws -> Topology {
        let made = try member.make()
        guard kind.readsEdges else { return made }
        let most = made.nodes.map { made.degree(of: $0) }.max() ?? 1
        let edges = made.edges.map { Edge($0.source, $0.target, weight: 0.5 / Double(most)) }
        return try Topology(labels: made.labels, edges: edges, directed: made.directed)
    }

    /// Some have none.
    static func samples(of topology: Topology) -> [Int] { topology.nodes.map { ($0.index * 7 + 3) % 11 } }

    func weighting(on topology: Topology) throws -> Weighting {
        let most = topology.nodes.map { topology.degree(of: $0) }.max() ?? 1
        let given: [(name: String, value: ParameterValue)] =
            kind.parameters.map { ($0.name, $0.name == "step" ? .number(1 / Double(most)) : .number(2)) }
        return try Weighting(kind, ParameterValues(given, declared: kind.parameters, key: "weights"), lazy: lazy)
    }

    func weights() throws -> MixingWeights {
        let topology = try topology()
        return try MixingWeights(topology, rule: weighting(on: topology), samples: Self.samples(of: topology))
    }
}

/// The plain average, under a name that is not known to be uneven.
private struct Boastful: WeightRule {
    static let name = "boastful"
    static let summary = ""
    init(_ parameters: ParameterValues) {}
    func rows(of topology: Topology, samples: [Int]) -> [[Double]] {
        Uniform(.defaults([])).rows(of: topology, samples: samples)
    }
}

/// Gives more than it has.
private struct Lavish: WeightRule {
    static let name = "lavish"
    static let summary = ""
    init(_ parameters: ParameterValues) {}
    func rows(of topology: Topology, samples: [Int]) -> [[Double]] {
        topology.nodes.map { topology.neighbours(of: $0).map { _ in 0.6 } }
    }
}

@Suite("Rules for weights")
struct WeightRuleTests {
    /// Rules by which the ends of an edge may give each other different weights.
    private static let uneven = ["uniform", "sampleCount"]
    private static let star = FamilyMember(family: "star", given: [("nodes", 5)])

    static let stochastic = Law(
        "rows have no negative weight and sum to 1",
        brokenBy: WeighedMember(member: star, kind: Lavish.self, lazy: 0)
    ) { subject, verdict in
        let weights = try subject.weights()
        for node in weights.topology.nodes {
            let row = weights.weights(at: node)
            let sum = row.reduce(0, +)
            verdict.expect(row.count == weights.topology.senders(of: node).count, "\(node): \(row)")
            verdict.expect(row.allSatisfy { $0 >= 0 }, "\(node): \(row)")
            verdict.expect(sum <= 1 + 1e-12, "\(node): the neighbours weigh \(sum)")
            verdict.expect(abs(sum + weights.ownWeight(of: node) - 1) < 1e-12, "\(node): \(sum)")
            verdict.expect(
                weights.ownWeight(of: node) >= subject.lazy - 1e-12, "\(node) keeps \(weights.ownWeight(of: node))")
        }
    }

    static let symmetric = Law(
        "all but the uneven rules are symmetric and doubly stochastic on undirected graphs",
        brokenBy: WeighedMember(member: star, kind: Boastful.self, lazy: 0)
    ) { subject, verdict in
        guard !WeightRuleTests.uneven.contains(subject.kind.name), try !subject.topology().directed else { return }
        let matrix = denseMatrix(try subject.weights())
        for i in matrix.indices {
            verdict.expect(abs(matrix.reduce(0) { $0 + $1[i] } - 1) < 1e-12, "column \(i)")
            for j in matrix.indices where j < i { verdict.expect(matrix[i][j] == matrix[j][i], "\(i), \(j)") }
        }
    }

    @Test("every rule keeps the laws on every family", arguments: FamilyMember.all)
    func laws(member: FamilyMember) throws {
        for subject in WeighedMember.all(on: [member]) {
            #expect(try Self.stochastic.violations(of: subject).isEmpty, "\(subject.testDescription)")
            #expect(try Self.symmetric.violations(of: subject).isEmpty, "\(subject.testDescription)")
        }
    }

    @Test("rules that are made to break the laws do")
    func counterexamples() throws {
        #expect(try !Self.stochastic.violationsOfCounterexample.isEmpty)
        #expect(try !Self.symmetric.violationsOfCounterexample.isEmpty)
    }

    @Test("the uneven rules are not doubly stochastic somewhere", arguments: WeightCatalog.all.names)
    func evenness(name: String) throws {
        let kind = try WeightCatalog.all.entry(named: name)
        let isEven = try FamilyMember.undirected.allSatisfy { member in
            let weights = try WeighedMember(member: member, kind: kind, lazy: 0).weights()
            return WeightSums(of: weights).isDoublyStochastic
        }
        #expect(isEven == !Self.uneven.contains(name))
    }

    /// w_ij by the formula, from the ends alone.
    private func formula(_ name: String, _ graph: Topology, _ i: NodeID, _ j: NodeID) -> Double? {
        let degrees = graph.nodes.map { node in
            graph.directed
                ? graph.edges.count { $0.target == node } : graph.edges.count { $0.source == node || $0.target == node }
        }
        let samples = WeighedMember.samples(of: graph)
        let (a, b) = (degrees[i.index], degrees[j.index])
        switch name {
        case "metropolisHastings": return 1 / Double(1 + max(a, b))
        case "hostileMetropolis": return 1 / Double(3 + max(a, b))
        case "maxDegree": return 1 / Double(1 + (degrees.max() ?? 0))
        case "laplacian": return 1 / Double(degrees.max() ?? 1)
        case "uniform": return 1 / Double(1 + a)
        case "file": return 0.5 / Double(degrees.max() ?? 1)
        case "sampleCount":
            let around = graph.nodes.filter { $0 == i || graph.hasLink(from: $0, to: i) }
            let sum = around.reduce(0) { $0 + samples[$1.index] }
            return sum == 0 ? 0 : Double(samples[j.index]) / Double(sum)
        default: return nil
        }
    }

    @Test("weights are what the formulas say", arguments: ["tree", "lollipop", "exponential", "erdosRenyi"])
    func formulas(family: String) throws {
        let member = try #require(FamilyMember.all.first { $0.family == family })
        for subject in WeighedMember.all(on: [member]) {
            let weights = try subject.weights()
            for i in weights.topology.nodes {
                for sender in weights.senders(of: i) {
                    let expected = try #require(formula(subject.kind.name, weights.topology, i, sender.node))
                    #expect(abs(sender.weight - (1 - subject.lazy) * expected) < 1e-15, "\(subject.testDescription)")
                }
            }
        }
    }

    @Test("only a share from 0 to below 1 can be kept beforehand", arguments: [-0.1, 1, .nan])
    func lazy(share: Double) {
        #expect(throws: ConfigurationFault.self) { try Weighting(Uniform.self, lazy: share) }
    }
}
