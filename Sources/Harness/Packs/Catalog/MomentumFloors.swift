// The steady state of robust descent on a noisy quadratic, with and without momentum, and how it falls with the number
// of honest nodes: what the pack momentum has numbers for.
import Kernels
import Registry

/// ½|θ|² in d dimensions, gradients θ + N(0, 1), momenta mixed by a rule.
struct MomentumFloors {
    static let name = "floor"
    static let nodes = "floor of nodes"
    static let speedUp = "speed-up"
    private static let graphAxis = "topology"

    static let dimension = 50
    private static let honest = 10
    private static let hostile = 5
    private static let stepSize: Float = 0.02
    private static let betas: [(name: String, value: Float)] = [("β = 0", 0), ("β = 0.9", 0.9), ("β = 0.99", 0.99)]

    /// What the hostile nodes send of the honest momenta: mean − z deviations, or the negative mean.
    enum Forgery { case alie, signFlip }

    private struct Row {
        let name: String
        let rule: String
        let forgery: Forgery
        /// Mean θ_j² for each β.
        let published: [Double]
    }

    private static let rows = [
        Row(name: "trimmed mean, ALIE z = 1", rule: "trimmedMean", forgery: .alie, published: [0.363, 0.0201, 0.0030]),
        Row(
            name: "trimmed mean, sign flip", rule: "trimmedMean", forgery: .signFlip,
            published: [0.274, 0.0142, 0.0018]),
        Row(name: "median, sign flip", rule: "median", forgery: .signFlip, published: [0.295, 0.0152, 0.0022]),
        Row(name: "mean, sign flip", rule: "mean", forgery: .signFlip, published: [0.00033, 0.00033, 0.00033]),
    ]

    let rounds: Int
    let seeds: Int

    /// A row a rule and attack, a column a β.
    func calculation() throws(ConfigurationFault) -> Calculation {
        var trials: [(row: Row, rule: RuleTrial)] = []
        for row in Self.rows { trials.append((row, try RuleTrial(row.rule))) }
        let (all, rounds, seeds) = (trials, rounds, seeds)
        return Calculation(Self.name) { shouldStop in
            var table = CalculatedTable(rows: "mean θ²", columns: Self.betas.map(\.name))
            for (row, rule) in all {
                var values: [Double?] = []
                for beta in Self.betas {
                    var sum = 0.0
                    for seed in 1...seeds {
                        if shouldStop() { return nil }
                        sum += try Self.floor(rule, row.forgery, beta: beta.value, seed: UInt64(seed), rounds: rounds)
                    }
                    values.append(sum / Double(seeds))
                }
                table.add(row.name, values)
            }
            return table
        }
    }

    /// The mean of θ_j² over coordinates and the second half of the rounds.
    static func floor(
        _ rule: RuleTrial, _ forgery: Forgery, beta: Float, seed: UInt64, rounds: Int
    ) throws -> Double {
        var rule = rule
        var random = RandomStream(seed: seed, purpose: .sampling)
        var theta = [Float](repeating: 0, count: dimension)
        var noise = theta
        var momenta = [[Float]](repeating: theta, count: honest)
        var sum = 0.0
        for round in 0..<rounds {
            for node in 0..<honest {
                random.fillGaussian(&noise, mean: 0, standardDeviation: 1)
                for j in 0..<dimension {
                    momenta[node][j] = beta * momenta[node][j] + (1 - beta) * (theta[j] + noise[j])
                }
            }
            let forged = forge(forgery, momenta)
            let step = try rule.aggregate(momenta + Array(repeating: forged, count: hostile), hostile: hostile)
            for j in 0..<dimension {
                theta[j] -= stepSize * step[j]
                if round >= rounds / 2 { sum += Double(theta[j] * theta[j]) }
            }
        }
        return sum / Double(dimension * (rounds - rounds / 2))
    }

    private static func forge(_ forgery: Forgery, _ momenta: [[Float]]) -> [Float] {
        (0..<dimension).map { j in
            let mean = momenta.reduce(Float(0)) { $0 + $1[j] } / Float(honest)
            guard case .alie = forgery else { return -mean }
            let squares = momenta.reduce(Float(0)) { $0 + ($1[j] - mean) * ($1[j] - mean) }
            return mean - (squares / Float(honest - 1)).squareRoot()
        }
    }

    // MARK: Nodes

    /// The trimmed mean's rows of the table, by nodes that draw single points.
    func nodeSweep() throws(ConfigurationFault) -> Sweep {
        let attacks = [
            ("trimmed mean, ALIE z = 1", #"{"kind": "alie", "z": 1, "side": "below"}"#),
            ("trimmed mean, sign flip", #""signFlip""#),
        ]
        return try Sweep(
            Self.nodes, every: max(1, rounds / 200),
            base: """
                {"topology": {"family": "complete", "nodes": 15},
                 "task": {"dataset": {"kind": "quadratic", "features": \(Self.dimension), "zeta": 0, "noise": 1,
                     "samples": 20000, "testSamples": 10}, "split": {"kind": "iid", "over": "honest"},
                   "model": "quadratic"},
                 "training": {"rounds": \(rounds / 2), "batchSize": 1, "stepSize": {"kind": "constant", "value": 0.02},
                   "weightDecay": 0, "exchange": "momentum"},
                 "aggregation": {"rule": "trimmedMean", "tolerates": {"kind": "declared", "count": 5}}}
                """,
            grid: [
                (
                    MomentumPack.attacksAxis,
                    attacks.map { ($0, #"[{"nodes": \#(MomentumPack.hostile), "attack": \#($1)}]"#) }
                ), (MomentumPack.betaAxis, [("β = 0", "0"), ("β = 0.9", "0.9")]), Sweep.seeds(5),
            ])
    }

    private static let sizes = [4, 8, 16]

    /// Nobody is hostile: what is left falls as 1/n.
    func speedUpSweep() throws(ConfigurationFault) -> Sweep {
        try Sweep(
            Self.speedUp, every: max(1, rounds / 300),
            base: """
                {"task": {"dataset": {"kind": "quadratic", "features": \(Self.dimension), "zeta": 0, "noise": 1,
                     "samples": 4000, "testSamples": 10}, "split": "iid", "model": "quadratic"},
                 "training": {"rounds": \(rounds / 3), "batchSize": 1, "stepSize": {"kind": "constant", "value": 0.1},
                   "momentum": 0, "weightDecay": 0}, "aggregation": {"rule": "weightedMean", "tolerates": \
                {"kind": "declared", "count": 0}}}
                """,
            grid: [
                (Self.graphAxis, Self.sizes.map { ("n = \($0)", #"{"family": "complete", "nodes": \#($0)}"#) }),
                Sweep.seeds(5),
            ])
    }

    // MARK: What is claimed

    var claims: [Claim] {
        let cells = Self.rows.flatMap { row in
            zip(Self.betas, row.published).map { beta, published in
                Claim(
                    "The floor of \(row.name), \(beta.name), is the tabulated one",
                    published: "\(published) (noisy quadratic, n = 15, f = 5)", quantity: "mean θ² over the tabulated",
                    .near(1), tolerance: 0.1, isShare: false, over: nil
                ) { evidence throws(MissingFigure) in
                    try evidence.number(Self.name, row.name, beta.name) / published
                }
            }
        }
        let nodes = Self.rows.prefix(2).flatMap { row in
            Self.betas.prefix(2).map { beta in
                Claim(
                    "Nodes come to that floor: \(row.name), \(beta.name)",
                    published: "what was computed without them", quantity: "mean θ² of nodes over the computed",
                    .near(1), tolerance: 0.2, isShare: false, over: Self.nodes
                ) { evidence throws(MissingFigure) in
                    try Self.steadyExcess(
                        evidence, Self.nodes, [MomentumPack.attacksAxis: row.name, MomentumPack.betaAxis: beta.name])
                        * 2 / Double(Self.dimension) / evidence.number(Self.name, row.name, beta.name)
                }
            }
        }
        return cells + nodes + speedUpClaims
    }

    private var speedUpClaims: [Claim] {
        let falls = Claim(
            "At a constant step the loss that is left falls as 1/n",
            published: "order 1/n for n honest nodes (tutorial, distributed gradient descent)",
            quantity: "excess loss of 4 nodes over that of 16", .near(4), tolerance: 0.6, isShare: false,
            over: Self.speedUp
        ) { evidence throws(MissingFigure) in
            try Self.steadyExcess(evidence, Self.speedUp, [Self.graphAxis: "n = 4"])
                / Self.steadyExcess(evidence, Self.speedUp, [Self.graphAxis: "n = 16"])
        }
        let exact = Self.sizes.map { size in
            Claim(
                "It is dη/(2(2 − η)n) for n = \(size)", published: "the variance of a first-order autoregression",
                quantity: "excess loss over the formula", .near(1), tolerance: 0.15, isShare: false,
                over: Self.speedUp
            ) { evidence throws(MissingFigure) in
                let formula = Double(Self.dimension) * 0.1 / (2 * 1.9 * Double(size))
                return try Self.steadyExcess(evidence, Self.speedUp, [Self.graphAxis: "n = \(size)"]) / formula
            }
        }
        return [falls] + exact
    }

    /// The mean excess loss over the second half of a series.
    static func steadyExcess(
        _ evidence: Evidence, _ sweep: String, _ labels: [String: String]
    ) throws(MissingFigure) -> Double {
        let series = try evidence.series(sweep, labels, .excessLoss)
        let half = series.suffix(series.count / 2).compactMap(\.value)
        guard !half.isEmpty else { throw MissingFigure("the series of \(sweep) has no second half") }
        return half.reduce(0, +) / Double(half.count)
    }

    var figures: [PackFigure] {
        [
            PackFigure(
                "The floor on the noisy quadratic", note: "Mean θ_j² over the second half of the rounds.",
                .calculation(Self.name)),
            PackFigure(
                "Excess loss over rounds by number of nodes", note: "Nobody hostile; step 0.1.",
                .curves(PackFigure.Cells(Self.speedUp), lines: Self.graphAxis, measure: .excessLoss)),
        ]
    }
}
