// Table 1: an active node among idle ones, where losses are sums over the samples and where they are means.
import Kernels
import Learning
import Personalisation
import Registry

/// One node has all samples, ten have ten each; 60 % of all labels are random. squaredL2, ν = 0, solved in double
/// precision. The sum is divided by the average number of samples a node, else λ would mean something else.
struct SumAgainstMean {
    static let name = "sum against mean"
    private static let players = ["idle", "active", "common"]
    private static let losses = ["mean", "sum"]
    private static let strengths = ["0.01", "0.1", "1", "10", "100"]
    private static let (idle, few, noise) = (10, 10, 0.6)
    private static func column(_ player: String, _ loss: String) -> String { "\(player), \(loss)" }
    private static func row(_ strength: String) -> String { "λ = \(strength)" }
    private static let clean = "λ = 1, all labels true"

    private let experiment: PackExperiment

    init(_ request: PackRequest) { experiment = StrategicImages.plain(request) }

    var calculation: Calculation {
        let experiment = experiment
        return Calculation(Self.name) { shouldStop in
            let material = try ImageMaterial(experiment, ridge: 1, isCancelled: shouldStop)
            var table = CalculatedTable(
                rows: "coupling", columns: Self.losses.flatMap { loss in Self.players.map { Self.column($0, loss) } })
            var cases: [(row: String, strength: Double, noise: Double)] = []
            for strength in Self.strengths { cases.append((Self.row(strength), Double(strength) ?? 1, Self.noise)) }
            cases.append((Self.clean, 1, 0))
            for (row, strength, noise) in cases {
                var values: [Double?] = []
                for loss in Self.losses {
                    values += Self.accuracies(material, strength, noise, isSum: loss == Self.losses[1], shouldStop)
                    if shouldStop() { return nil }
                }
                table.add(row, values)
            }
            return table
        }
    }

    static func accuracies(
        _ material: ImageMaterial, _ strength: Double, _ noise: Double, isSum: Bool, wanted: Double = 1e-4, _ shouldStop: () -> Bool
    ) -> [Double?] {
        var random = RandomStream(seed: 1, purpose: .data)
        let all = material.training
        let labels = (all.targets.labels ?? []).map { label in
            random.uniform() < noise ? Int32(random.below(all.classCount)) : label
        }
        let noisy = all.with(.classes(labels, of: all.classCount))
        var parts = [noisy]
        for _ in 0..<idle {
            parts.append(Batch(noisy, rows: (0..<few).map { _ in Int32(random.below(all.count)) }).picked)
        }
        let average = Double(all.count + idle * few) / Double(idle + 1)
        let game = CommonModelGame(
            parts.map { part in
                .softmax(SoftSamples(part), weight: 1 / (isSum ? average : Double(part.count)))
            }, SquaredL2Coupling(strength: strength))
        let solution = game.solve(gradientNorm: wanted, isCancelled: shouldStop)
        print("gradient", solution.gradientNorm)
        let own = solution.own.map { material.accuracy($0) }
        return [own.dropFirst().reduce(0, +) / Double(idle), own[0], material.accuracy(solution.common)]
    }

    static var figure: PackFigure {
        PackFigure(
            "The sum against the mean (table 1)",
            note: "Accuracy of the nodes with ten samples, of the one with all, and of the common model; 60 % of all "
                + "labels are random. The sum is divided by the average number of samples.",
            .calculation(name))
    }

    static var claims: [Claim] {
        [
            Claim.computed(
                "With noisy labels the common model is better by the sum than by the mean",
                published: ".80 against .55 (table 1, linear, λ = 1)",
                quantity: "accuracy of the common model, sum minus mean, λ = 1", .above(0.05), isShare: true
            ) { evidence throws(MissingFigure) in try gain(evidence, row("1"), players[2]) },
            Claim.computed(
                "So are the models of the idle nodes", published: ".80 against .52 (table 1)",
                quantity: "mean accuracy of idle nodes, sum minus mean, λ = 1", .above(0.05), isShare: true
            ) { evidence throws(MissingFigure) in try gain(evidence, row("1"), players[0]) },
            Claim.computed(
                "With true labels the gap is smaller", published: "figure of appendix E: the gap is then small",
                quantity: "gap of the common model with true labels minus that with noise", .below(0), isShare: true
            ) { evidence throws(MissingFigure) in
                try gain(evidence, clean, players[2]) - gain(evidence, row("1"), players[2])
            },
        ]
    }

    private static func gain(_ evidence: Evidence, _ row: String, _ player: String) throws(MissingFigure) -> Double {
        try evidence.number(name, row, column(player, losses[1]))
            - evidence.number(name, row, column(player, losses[0]))
    }
}
