// TimeEstimate: how long the cells of a sweep, or other runs, will take, from a few of them run for a few rounds.
import Kernels
import Platform
import Scenario

/// Measured before a sweep starts.
public struct TimeEstimate: Sendable {
    /// Cells that are tried, spread over all.
    private static let tries = 6
    private static let roundsTried = 6

    /// Of all cells, on one thread.
    public private(set) var seconds = 0.0
    /// Local steps with the mix after them.
    public private(set) var nodeSteps = 0.0

    public init() {}

    /// - Parameter cells: of the plan, those that are to be run.
    public init(_ plan: SweepPlan, _ cells: [Int]) throws {
        try measure(cells.count) { index, rounds in
            try rounds.map { try plan.assembly(of: cells[index], rounds: $0) } ?? plan.assembly(of: cells[index])
        }
    }

    /// Of what a calculation runs.
    init(_ calculation: Calculation) throws {
        try measure(calculation.experiments.count) { index, rounds in
            try calculation.experiments[index].assembly(rounds: rounds)
        }
    }

    /// - Parameter assembly: the run of an index below `all`, whole or for so many rounds only.
    private mutating func measure(_ all: Int, _ assembly: (_ index: Int, _ rounds: Int?) throws -> Assembly) throws {
        let count = min(Self.tries, all)
        for index in 0..<count {
            let run = index * all / count
            let whole = try assembly(run, nil)
            let rounds = whole.experiment.training.rounds
            let moments = EvaluationRounds(whole.experiment).through(rounds).count
            // A run of r rounds costs a + b r, and as much for its evaluations as these take.
            let short = try Self.seconds(assembly(run, 1))
            let tried = min(rounds, 1 + Self.roundsTried)
            let long = tried > 1 ? try Self.seconds(assembly(run, tried)) : short
            let step = max(0, long.all - short.all) / Double(max(1, tried - 1))
            let time = short.all + step * Double(rounds - 1) + short.evaluation * Double(max(0, moments - 2))
            // Twins and references are runs like the first.
            let beside = whole.experiment.stability.simulations + whole.experiment.measureReferences.count
            let share = Double(all * (1 + beside)) / Double(count)
            seconds += share * time
            nodeSteps += share * Double(rounds * whole.topology.nodeCount)
        }
    }

    public static func + (a: TimeEstimate, b: TimeEstimate) -> TimeEstimate {
        var sum = a
        sum.seconds += b.seconds
        sum.nodeSteps += b.nodeSteps
        return sum
    }

    /// "about 2 min on 2 threads: 1,200,000 node-steps, 9,800 a second on each".
    public func description(threads: Int) -> String {
        let rate = nodeSteps / max(seconds, 1e-9)
        return "about \(duration(seconds / Double(threads))) on \(threads) thread\(threads == 1 ? "" : "s"): "
            + "\(grouped(nodeSteps)) node-steps, \(grouped(rate)) a second measured on one"
    }

    /// Of a whole run, and of one evaluation in it.
    private static func seconds(_ assembly: Assembly) throws -> (all: Double, evaluation: Double) {
        let clock = MonotonicClock()
        let start = clock.now()
        let (outcome, _) = try SimulatedRun(assembly, options: .init(threads: 1)).run { _ in
        } shouldStop: {
            Signals.wereRequestsToEnd
        }
        let all = Double(clock.now() - start) / 1e9
        let models = outcome.finalModels.filter { assembly.honest.contains($0.node) }
        guard !models.isEmpty else { return (all, 0) }
        var evaluator = try Evaluator(assembly)
        let begin = clock.now()
        _ = evaluator.judge(models, rounds: assembly.experiment.training.rounds)
        return (all, Double(clock.now() - begin) / 1e9)
    }
}

/// "40 s", "12 min", "3.5 h".
func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<100: "\(rounded(seconds, 0)) s"
    case ..<6_000: "\(rounded(seconds / 60, 0)) min"
    default: "\(rounded(seconds / 3_600, 1)) h"
    }
}

/// A large number with commas.
private func grouped(_ value: Double) -> String {
    guard value.isFinite, value < 1e15 else { return "–" }
    var digits = String(Int(value.rounded()))
    var groups: [String] = []
    while digits.count > 3 {
        groups.append(String(digits.suffix(3)))
        digits.removeLast(3)
    }
    return ([digits] + groups.reversed()).joined(separator: ",")
}
