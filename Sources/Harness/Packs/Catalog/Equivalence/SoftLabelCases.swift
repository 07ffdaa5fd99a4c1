// Few points with soft labels against softmax: plain ones, as the paper has them, and tilted ones, which are exact.
import Kernels
import Learning
import Personalisation

enum SoftLabelCases {
    static let name = "soft labels"
    private static let columns = ["no attack", "plain labels", "tilted labels"]
    private static let seeds = [1, 2, 3]
    private static let (featureCount, classCount, weight) = (10, 3, 300.0)

    static let calculation = Calculation(name) { shouldStop in
        var table = CalculatedTable(rows: "instance", columns: columns)
        for seed in seeds {
            if shouldStop() { return nil }
            var random = RandomStream(seed: UInt64(seed), purpose: .data)
            let truth = centred((0..<33).map { _ in random.gaussian() })
            let target = centred((0..<33).map { _ in random.gaussian() })
            let honest = (0..<5).map { _ in samples(60, of: truth, &random) }
            let game = CommonModelGame(honest.map { .softmax($0) }, SquaredL2Coupling(strength: 1))
            let pull = game.pull(at: target, isCancelled: shouldStop)
            let points = (0..<100 * featureCount).map { _ in random.gaussian() }
            let poison = SoftLabels(
                for: target.moved(0.5, along: pull), classCount: classCount, points: points, scatter: 1,
                random: &random)
            func distance(_ data: SoftSamples?) -> Double? {
                guard let data else { return nil }
                let led = game.joined(by: LocalLoss.softmax(data, weight: weight)).solve(
                    isCancelled: shouldStop
                ).common
                return centred(led).distance(to: target)
            }
            table.add(
                "\(seed)",
                [
                    centred(game.solve(isCancelled: shouldStop).common).distance(to: target), distance(poison.plain),
                    distance(
                        poison.tilted(against: pull, ridge: 0, weight: weight, isCancelled: shouldStop).samples),
                ])
        }
        return table
    }

    private static func samples(_ count: Int, of model: [Double], _ random: inout RandomStream) -> SoftSamples {
        var (features, shares): ([Double], [Double]) = ([], [])
        for _ in 0..<count {
            let x = (0..<featureCount).map { _ in random.gaussian() }
            // The greatest score with Gumbel noise has the probabilities of softmax.
            var (label, greatest) = (0, -Double.infinity)
            for a in 0..<classCount {
                var score = model[featureCount * classCount + a]
                score -= Elementary.log(-Elementary.log(random.uniform()))
                for j in 0..<featureCount { score += model[a * featureCount + j] * x[j] }
                if score > greatest { (label, greatest) = (a, score) }
            }
            features += x
            shares += (0..<classCount).map { $0 == label ? 1 : 0 }
        }
        return SoftSamples(features: features, featureCount: featureCount, shares: shares, classCount: classCount)
    }

    /// Without what is the same for all classes, which softmax does not see.
    private static func centred(_ model: [Double]) -> [Double] { model.centred(classCount: classCount) }

    static var claims: [Claim] {
        [
            Claim.computed(
                "Tilted soft labels lead softmax to the target", published: "worked out; the paper's stay short of it",
                quantity: "greatest distance with tilted labels over that without attack", .below(1e-3)
            ) { evidence throws(MissingFigure) in
                var greatest = 0.0
                for seed in seeds {
                    greatest = max(
                        greatest,
                        try evidence.number(name, "\(seed)", columns[2]) / evidence.number(name, "\(seed)", columns[0]))
                }
                return greatest
            },
            Claim.computed(
                "Plain soft labels lead more than half of the way", published: "appendix L: few points are enough",
                quantity: "greatest distance with plain labels over that without attack", .below(0.5)
            ) { evidence throws(MissingFigure) in
                var greatest = 0.0
                for seed in seeds {
                    greatest = max(
                        greatest,
                        try evidence.number(name, "\(seed)", columns[1]) / evidence.number(name, "\(seed)", columns[0]))
                }
                return greatest
            },
        ]
    }
}
