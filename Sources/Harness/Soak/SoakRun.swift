// One case of a soak, run and judged; and, where it failed, made smaller as long as it still fails.
import Core
import JSON
import Kernels
import Metrics
import Scenario
import Simulation

/// The result of one case of a soak.
public struct SoakOutcome: Sendable {
    public let soakCase: SoakCase
    public internal(set) var verdict: RunCheck.Verdict
    public let strikes: [(kind: String, count: Int)]
    public let rejections: [NodeRecord.Count]
    public let steps: Int
    public let traceHash: UInt64

    public var violations: [Violation] { verdict.violations }
}

/// Runs, judges and shrinks one case of a soak.
public enum SoakRun {
    /// Messages take so long that a broken connection is made again within a few rounds, as between real machines.
    public static let latencyMilliseconds = 20

    /// How 'gossiplab simulate' makes the same run of a case, and checks it.
    public static func record(of soakCase: SoakCase) -> RunRecord {
        var settings = SimulationSettings()
        settings.carriage = soakCase.carriage
        settings.latencyMilliseconds = latencyMilliseconds
        settings.isChecked = true
        return .simulation(settings)
    }

    /// Runs a case and judges it.
    public static func run(_ soakCase: SoakCase) throws -> SoakOutcome {
        let assembly = try soakCase.assembly()
        let options = Simulator.Options(
            carriage: soakCase.carriage, latency: .milliseconds(latencyMilliseconds), isWatched: true)
        var check = try RunCheck(assembly, options: options) { try soakCase.assembly(changes: $0) }
        var totals: [NodeID: NodeRecord] = [:]
        var simulator = try Simulator(assembly, options: options)
        let result = simulator.run { observation in
            check.observe(observation)
            if case .record(let node, let record) = observation { totals[node, default: NodeRecord()].add(record) }
        }
        let honest = assembly.honest.compactMap { totals[$0] }
        return SoakOutcome(
            soakCase: soakCase, verdict: try check.judge(result), strikes: result.strikes,
            rejections: NodeRecord.sum(honest, honest: honest).rejections, steps: result.steps,
            traceHash: result.traceHash)
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
        guard let invariant = outcome.verdict.violations.first?.invariant else { return outcome }
        var smallest = outcome
        var left = attempts
        var isSmaller = true
        while isSmaller, left > 0 {
            isSmaller = false
            for candidate in smallest.soakCase.smaller where left > 0 {
                left -= 1
                guard let tried = try? run(candidate),
                    tried.verdict.violations.contains(where: { $0.invariant == invariant })
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
        for key in ["exchange", "gossipSteps"] where training(key) != nil { add { $0.setTraining(key, nil) } }
        if topology.member("schedule") != nil { add { $0.topology = $0.topology.removing("schedule") } }
        for index in faults.indices { add { $0.faults.remove(at: index) } }
        for fewer in [rounds / 2, rounds * 3 / 4, rounds - 1] where fewer >= 4 && fewer < rounds {
            add { smaller in
                smaller.rounds = fewer
                // A fault near the end would leave no time to recover in, and fail for another reason.
                smaller.faults = faults.filter { ($0.until ?? fewer) + RunCheck.calmRounds <= fewer }
            }
        }
        for fewer in [nodes / 2, nodes * 3 / 4, nodes - 1] where fewer >= 3 && fewer < nodes {
            for family in ["ring", "complete"] {
                add { smaller in
                    smaller.setTopology(
                        .object(["family": .text(family), "nodes": .number(fewer)]), nodes: fewer)
                }
            }
        }
        return cases
    }
}

extension JSONValue {
    /// An adversary group without the nodes that are no longer there; those that are chosen are chosen anew.
    func keepingNodes(below count: Int) -> JSONValue? {
        guard case .array = member("nodes")?.kind else { return self }
        let labels = (member("nodes")?.elements ?? []).filter { ($0.text.flatMap { Int($0) } ?? count) < count }
        guard !labels.isEmpty else { return nil }
        return JSONValue(
            .object(members.map { $0.key == "nodes" ? JSONMember("nodes", .array(labels)) : $0 }))
    }
}
