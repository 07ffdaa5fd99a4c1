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
    /// What it reached, its branches with it: of each point what the course came to that reached it most often.
    public internal(set) var reached: PointCounts
    /// What it came to in other courses, and the point at which they left this one.
    public internal(set) var branches: [SoakOutcome] = []
    public internal(set) var rarity: Int?
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
        settings.branch = soakCase.branch
        return .simulation(settings)
    }

    /// Runs a case and judges it.
    public static func run(_ soakCase: SoakCase) throws -> SoakOutcome {
        try run(soakCase, reaching: .all, branches: 0, at: [])
    }

    /// Runs a case and judges it; where it comes to a rare point for the first time, it goes on in other courses as
    /// well, each of which is judged alike.
    ///
    /// - Parameters:
    ///   - branches: how many.
    ///   - rare: places of the rare points.
    static func run(
        _ soakCase: SoakCase, reaching points: SoakPoints, branches: Int, at rare: Set<Int>
    ) throws -> SoakOutcome {
        let assembly = try soakCase.assembly()
        var options = Simulator.Options(
            carriage: soakCase.carriage, latency: .milliseconds(latencyMilliseconds), isWatched: true)
        options.branch = soakCase.branch
        var course = Course(
            soakCase: soakCase,
            check: try RunCheck(assembly, options: options) { try soakCase.assembly(changes: $0) },
            watch: PointWatch(points, soakCase, assembly, rare: branches > 0 ? rare : []),
            simulator: try Simulator(assembly, options: options))
        var result = course.run()
        var outcomes: [SoakOutcome] = []
        let rarity = course.watch.rarity
        if rarity != nil {
            course.watch.goOn()
            for number in 1...branches {
                var other = course
                other.soakCase.branch = other.simulator.branch(number)
                outcomes.append(try other.outcome(of: other.run()))
            }
            result = course.run()
        }
        var outcome = try course.outcome(of: result)
        outcome.reached = outcomes.reduce(outcome.reached) { most(of: $0, $1.reached) }
        (outcome.branches, outcome.rarity) = (outcomes, rarity)
        return outcome
    }

    /// A case under way: a copy goes on by itself.
    private struct Course {
        var soakCase: SoakCase
        var check: RunCheck
        var watch: PointWatch
        var simulator: Simulator

        /// To the end, or to a rare point.
        mutating func run() -> SimulationResult {
            var (check, watch) = (check, watch)
            defer { (self.check, self.watch) = (check, watch) }
            return simulator.run { observation in
                check.observe(observation)
                watch.observe(observation)
            } shouldStop: {
                watch.rarity != nil
            }
        }

        mutating func outcome(of result: SimulationResult) throws -> SoakOutcome {
            SoakOutcome(
                soakCase: soakCase, verdict: try check.judge(result), reached: watch.end(result), steps: result.steps,
                traceHash: result.traceHash)
        }
    }

    /// Both ascending.
    private static func most(of some: PointCounts, _ others: PointCounts) -> PointCounts {
        var counts = Dictionary(uniqueKeysWithValues: some.map { ($0.place, $0.times) })
        for (place, times) in others { counts[place] = max(counts[place] ?? 0, times) }
        return counts.map { (place: $0.key, times: $0.value) }.sorted { $0.place < $1.place }
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
        if branch != nil { add { $0.branch = nil } }
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
