// One case of a soak, run and judged; and, where it failed, made smaller as long as it still fails.
import Aggregation
import Attacks
import Core
import Graphs
import Kernels
import Metrics
import Scenario
import Simulation

/// What a case came to.
public struct SoakOutcome: Sendable {
    public let soakCase: SoakCase
    public var violations: [Violation]
    public let strikes: [(kind: String, count: Int)]
    public let rejections: [NodeRecord.Count]
    public let guaranteesChecked: Int
    /// Whether the nodes' agreement at the end was held against a run without faults.
    public internal(set) var isAgreementChecked = false
    public let steps: Int
    public let traceHash: UInt64
}

public enum SoakRun {
    /// How much farther apart the honest nodes may end than in the comparison: a factor, and a share of their models.
    private static let farthest = (factor: 3.0, share: 0.1)

    /// Messages take so long that a broken connection is made again within a few rounds, as between real machines.
    public static let latencyMilliseconds = 20

    private static func options(carriage: Carriage = .values, isWatched: Bool = false) -> Simulator.Options {
        var options = Simulator.Options(carriage: carriage, isWatched: isWatched)
        options.latency = .milliseconds(latencyMilliseconds)
        return options
    }

    /// How 'gossiplab simulate' makes the same run of a case, and checks it.
    public static func record(of soakCase: SoakCase) -> RunRecord {
        var settings = SimulationSettings()
        settings.carriage = soakCase.carriage
        settings.latencyMilliseconds = latencyMilliseconds
        settings.isChecked = true
        return .simulation(settings)
    }

    /// Runs a case and, to compare with, what it would have come to without its faults.
    public static func run(_ soakCase: SoakCase) throws -> SoakOutcome {
        let assembly = try soakCase.assembly()
        let options = Self.options(carriage: soakCase.carriage, isWatched: true)
        var invariants = try Invariants(assembly)
        var totals: [NodeID: NodeTotals] = [:]
        var simulator = try Simulator(assembly, options: options)
        let result = simulator.run { observation in
            invariants.observe(observation)
            if case .record(let node, let record) = observation { totals[node, default: NodeTotals()].add(record) }
        }
        invariants.end(result, deadline: .milliseconds(assembly.experiment.timing.deadlineMilliseconds))
        let honest = assembly.honest.compactMap { totals[$0] }
        var outcome = SoakOutcome(
            soakCase: soakCase, violations: invariants.violations, strikes: result.strikes,
            rejections: NodeTotals.sum(honest, honest: honest).rejections,
            guaranteesChecked: invariants.guaranteesChecked, steps: result.steps, traceHash: result.traceHash)
        if outcome.violations.isEmpty, let allowed = try allowedDistance(assembly, soakCase),
            let apart = consensus(of: result, assembly)?.distance.rootMeanSquare
        {
            outcome.isAgreementChecked = true
            outcome.violations += disagreement(apart, allowed: allowed)
        }
        return outcome
    }

    /// - Parameter apart: the root mean square distance to the mean.
    static func disagreement(_ apart: Double, allowed: Double) -> [Violation] {
        guard !(apart <= allowed) else { return [] }
        let sentence = "the honest nodes end \(apart) apart; after isolation they would be at most \(allowed)"
        return [Violation(.consensus, sentence)]
    }

    /// How far apart the nodes may end: somewhat farther than if nobody had heard of anybody until the last fault was
    /// over, and nothing had gone wrong since. No fault can do worse than that. `nil` where that says nothing.
    private static func allowedDistance(_ assembly: Assembly, _ soakCase: SoakCase) throws -> Double? {
        guard isComparable(assembly, soakCase), soakCase.calmFrom > 0,
            soakCase.rounds >= soakCase.calmFrom + SoakCase.calmRounds
        else { return nil }
        var checkpoints: [NodeID: Checkpoint] = [:]
        let alone = try soakCase.assembly(changes: soakCase.isolated(rounds: soakCase.calmFrom))
        var isolated = try Simulator(alone, options: options(isWatched: true))
        _ = isolated.run { if case .saved(let node, let checkpoint, _) = $0 { checkpoints[node] = checkpoint } }
        var together = try Simulator(try soakCase.undisturbed.assembly(), options: options()) { node in
            checkpoints[node].map { .resumed($0) } ?? .afresh
        }
        return consensus(of: together.run(), assembly).map { usual in
            farthest.factor * usual.distance.rootMeanSquare + farthest.share
                * squaredNorm(usual.average.span).squareRoot()
        }
    }

    /// Whether agreement is to be expected: no round depends on chance, nobody forges models (no rule promises that
    /// honest nodes agree whatever the graph), and wherever each honest node ignores as many honest neighbours as it
    /// tolerates liars, the graph still holds together: where μ₂ exceeds twice that number, every part of at most half
    /// of the nodes has one with more neighbours outside ((f+1)-robust: LeBlanc, Zhang, Koutsoukos, Sundaram, JSAC
    /// 2013). LFighter is left out: it drops one of two groups even where nobody lies, and so may keep two groups of
    /// nodes apart.
    private static func isComparable(_ assembly: Assembly, _ soakCase: SoakCase) -> Bool {
        let attack = try? AttackCatalog.all.entry(named: soakCase.attackKind)
        guard assembly.experiment.timing.kind == .synchronous, soakCase.ruleKind != LFighter.name,
            !((attack as? any ModelAttack.Type)?.forgesModels ?? false),
            case .count(let tolerated) = assembly.experiment.aggregation.tolerates, !assembly.topology.directed
        else { return false }
        let spectrum = LaplacianSpectrum(of: assembly.topology, among: assembly.honest)
        return spectrum.connectivity > 2 * Double(tolerated) + 1e-9
    }

    private static func consensus(of result: SimulationResult, _ assembly: Assembly) -> Consensus? {
        let models = assembly.honest.compactMap { node -> [Float]? in
            if case .finished(let model) = result.endings[node.index] { model } else { nil }
        }
        return models.isEmpty ? nil : Consensus(models)
    }

    // MARK: - Shrinking

    /// The smallest case found that violates the same invariant as `outcome`.
    ///
    /// - Parameters:
    ///   - attempts: runs at most so many.
    ///   - run: what a case comes to.
    public static func shrink(
        _ outcome: SoakOutcome, attempts: Int = 150, running run: (SoakCase) throws -> SoakOutcome = run
    ) -> SoakOutcome {
        guard let invariant = outcome.violations.first?.invariant else { return outcome }
        var smallest = outcome
        var left = attempts
        var isSmaller = true
        while isSmaller, left > 0 {
            isSmaller = false
            for candidate in smallest.soakCase.smaller where left > 0 {
                left -= 1
                guard let tried = try? run(candidate), tried.violations.contains(where: { $0.invariant == invariant })
                else { continue }
                smallest = tried
                isSmaller = true
                break
            }
        }
        return smallest
    }
}

extension SoakCase {
    /// Cases with one part less, the greatest savings first.
    fileprivate var smaller: [SoakCase] {
        var cases: [SoakCase] = []
        func add(_ change: (inout SoakCase) -> Void) {
            var smaller = self
            change(&smaller)
            cases.append(smaller)
        }
        if !adversary.isEmpty { add { $0.adversary = [] } }
        for index in faults.indices { add { $0.faults.remove(at: index) } }
        for fewer in [rounds / 2, rounds * 3 / 4, rounds - 1] where fewer >= 4 && fewer < rounds {
            add { smaller in
                smaller.rounds = fewer
                // A fault near the end would leave no time to recover in, and fail for another reason.
                smaller.faults = faults.filter { ($0.until ?? fewer) + SoakCase.calmRounds <= fewer }
            }
        }
        for fewer in [nodes / 2, nodes * 3 / 4, nodes - 1] where fewer >= 3 && fewer < nodes {
            for family in ["ring", "complete"] {
                add { smaller in
                    smaller.nodes = fewer
                    smaller.topology = .object(["family": .text(family), "nodes": .number(fewer)])
                    smaller.adversary = adversary.compactMap { $0.keepingNodes(below: fewer) }
                }
            }
        }
        return cases
    }
}

extension JSONValue {
    /// An adversary group without the nodes that are no longer there.
    fileprivate func keepingNodes(below count: Int) -> JSONValue? {
        let labels = (member("nodes")?.elements ?? []).filter { ($0.text.flatMap { Int($0) } ?? count) < count }
        guard !labels.isEmpty else { return nil }
        return JSONValue(
            .object(members.map { $0.key == "nodes" ? JSONMember("nodes", .array(labels)) : $0 }))
    }
}
