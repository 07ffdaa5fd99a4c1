// Theorem 5: one observation leads least squares under squaredL2 wherever it is wanted.
import Learning
import Personalisation

enum OnePointCases {
    static let name = "one point"
    private static let corrected = "distance from the target"
    static let printed = "as the paper prints it"
    private static let ridges = [0.0, 0.1]
    private static let target = [-1.0, 2]

    static let calculation = Calculation(name) { _ in
        var table = CalculatedTable(rows: "ν", columns: [corrected, printed])
        for ridge in ridges {
            let data = [
                [DataPoint([1, 0], 1), DataPoint([0, 1], 0)], [DataPoint([1, 0], 0), DataPoint([0, 1], 1)],
            ]
            let game = CommonModelGame(
                data.map { .leastSquares($0, ridge: ridge) }, SquaredL2Coupling(strength: 1))
            let pull = game.pull(at: target)
            let model = target.moved(0.5, along: pull)
            func distance(_ point: DataPoint) -> Double {
                game.joined(by: LocalLoss.leastSquares([point], ridge: ridge)).solve().common.distance(to: target)
            }
            // q = G, and −1 in place of +1.
            let answer = zip(pull, model).reduce(0) { $0 + $1.0 * $1.1 } - 1
            table.add(
                "\(ridge)",
                [
                    distance(OnePoint.leading(to: model, against: pull, ridge: ridge)),
                    distance(DataPoint(pull, answer)),
                ])
        }
        return table
    }

    static var claims: [Claim] {
        [
            Claim.computed(
                "One point leads the common model to the target",
                published: "theorem 5: one point is enough (its sign and ν corrected)",
                quantity: "greatest distance from the target", .below(0), tolerance: 1e-6
            ) { evidence throws(MissingFigure) in
                var greatest = 0.0
                for ridge in ridges { greatest = max(greatest, try evidence.number(name, "\(ridge)", corrected)) }
                return greatest
            }
        ]
    }
}
