// PlacementTrial: whether one strategic user places the common model, or another's, where it wants, on random instances
// under λ‖u‖_q^p with p > 1 (LICCHAVI, theorems 7 and 8).
import Kernels
import Learning

/// A random instance, with a target a few units away from everything.
public struct PlacementTrial: Sendable {
    private var problem: CommonModelProblem
    /// Where the strategic user wants a model.
    public let target: [Double]
    private static let player = 3

    /// Three honest users with five samples each, of which the second has the couplings of the first two kinds in turn.
    public init(power: Double, norm: Double, random: inout RandomStream) {
        let size = 3
        func coupling(_ weight: Double) -> NormPower {
            NormPower(weight: weight, power: power, norm: norm, dimension: size)
        }
        var nodes = (0..<3).map { n -> CommonModelProblem.Participant in
            let queries = (0..<5).map { _ in (0..<size).map { _ in random.gaussian() } }
            let answers = queries.map { _ in 2 * random.gaussian() }
            let loss: any PersonalLoss =
                n == 2
                ? LocalLoss.logistic(zip(queries, answers).map { DataPoint($0, $1 < 0 ? -1 : 1) }, ridge: 0.1)
                : ValueAnswers(queries: queries, answers: answers, ridge: 0.1)
            return .init(
                .loss(loss), n == 1 ? NormPower.l1(0.7, dimension: size) : coupling(0.5 + random.uniform()))
        }
        nodes.append(.init(.fixed([Double](repeating: 0, count: size)), coupling(0.5 + random.uniform())))
        problem = CommonModelProblem(
            dimension: size, nodes, regulariser: NormPower(weight: 0.05, power: 2, norm: 2, dimension: size))
        target = (0..<size).map { _ in 5 * random.gaussian() }
    }

    /// ‖ρ* − target‖, or ‖θ*_0 − target‖, after the report that is to bring it there.
    ///
    /// - Parameters:
    ///   - samples: the user answers by data that the reported model explains, so many samples on every coordinate;
    ///     infinite for a parameter player.
    ///   - personal: the model of the first node is meant, not the common one.
    public func miss(samples: Double = .infinity, personal: Bool = false) -> Double? {
        guard let common = personal ? problem.common(placing: target, of: 0) : target,
            let report = problem.report(placing: common, by: Self.player)
        else { return nil }
        var told = problem
        if samples < .infinity {
            let queries = diagonal(target.map { _ in samples.squareRoot() })
            let rows = target.indices.map { Array(queries[$0 * target.count..<($0 + 1) * target.count]) }
            told.participants[Self.player].wish = .loss(
                ValueAnswers(queries: rows, answers: samples.squareRoot() * report))
        } else {
            told.participants[Self.player].wish = .fixed(report)
        }
        let solution = told.solve()
        return ((personal ? solution.personal[0] : solution.common) - target).norm
    }
}
