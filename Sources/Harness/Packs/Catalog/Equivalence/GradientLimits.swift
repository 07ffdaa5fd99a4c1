// Where counter-gradients end under each coupling, against closed forms (theorem 4, propositions 2 and 3).
import Learning
import Personalisation

enum GradientLimits {
    static let name = "counter-gradient limits"
    private static let end = "element of the common model"
    private static let expected = "closed form"
    private static let root = 2.0.squareRoot()

    /// ½|θ − c|² around (1, 0) and (0, 1), λ = 1, target (5, 5): −G(ρ) = λ in norm where the target is out of reach.
    private static let cases: [(name: String, coupling: any Coupling, element: Double)] = [
        ("squaredL2", SquaredL2Coupling(strength: 1), 5), ("l2", L2Coupling(strength: 1), (2 + root) / 4),
        ("smoothL2", SmoothL2Coupling(strength: 1), 1.29196377), ("l1", L1Coupling(strength: 1), 1),
    ]
    private static let steps = [0.374, 0.376]
    private static func row(_ step: Double) -> String { "on a line, η = \(step)" }

    static let calculation = Calculation(name) { shouldStop in
        var table = CalculatedTable(rows: "coupling", columns: [end, expected])
        let losses = [LocalLoss.quadratic(around: [1, 0]), .quadratic(around: [0, 1])]
        for (name, coupling, element) in cases {
            let path = counterGradients(
                CommonModelGame(losses, coupling), to: [5, 5], stepSize: 0.05, rounds: 1_500, shouldStop)
            if shouldStop() { return nil }
            table.add(name, [path.models.last?[0], element])
        }
        let line = CommonModelGame(
            [.quadratic(around: [1]), .quadratic(around: [0])], SquaredL2Coupling(strength: 1))
        for step in steps {
            let path = counterGradients(line, to: [3], stepSize: step, rounds: 4_000, shouldStop)
            table.add(row(step), [path.models.last?[0], 3])
        }
        return table
    }

    /// From zero.
    static func counterGradients(
        _ game: CommonModelGame, to target: [Double], stepSize: Double, rounds: Int, _ shouldStop: () -> Bool
    ) -> StrategicDescent.Path {
        var attack = CounterGradientReport(target: target)
        return StrategicDescent(against: game, stepSize: stepSize).run(
            from: target.map { _ in 0 }, rounds: rounds, isOver: shouldStop
        ) { common, _ in
            attack.report(at: common, stepSize: stepSize, under: game.coupling)
        }
    }

    static var claims: [Claim] {
        let limits = Claim.computed(
            "Under every coupling counter-gradients end at their closed-form limit",
            published: "theorem 4 and proposition 3; limits worked out",
            quantity: "greatest difference", .below(0), tolerance: 1e-7
        ) { evidence throws(MissingFigure) in
            var greatest = 0.0
            for (row, _, _) in cases {
                greatest = max(
                    greatest, abs(try evidence.number(name, row, end) - evidence.number(name, row, expected)))
            }
            return greatest
        }
        let good = Claim.computed(
            "They converge at a step just below 1/(2L)", published: "theorem 4 (its proof: below 1/(3L))",
            quantity: "distance from the target, η = 0.374, L = 4/3", .below(1e-2)
        ) { evidence throws(MissingFigure) in abs(try evidence.number(name, row(steps[0]), end) - 3) }
        let bad = Claim.computed(
            "They diverge just above it, where honest descent converges", published: "worked out: the limit is exact",
            quantity: "distance from the target, η = 0.376", .above(1)
        ) { evidence throws(MissingFigure) in abs(try evidence.number(name, row(steps[1]), end) - 3) }
        return [limits, good, bad]
    }
}
