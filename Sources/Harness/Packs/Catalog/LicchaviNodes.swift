// What licchavi has nodes do: personalised learning in gossip form with one strategic node, under squared l2 and l1, on
// a complete and on a sparse graph, with plain and with robust rules for the common model, which the paper does
// not have.
import Kernels
import Registry
import Scenario

/// The runs and what is claimed of them.
struct LicchaviNodes {
    static let name = "nodes"
    static let drift = "drift"
    static let reach = "distance to the target"
    static let spread = "disagreement"
    static let couplings = ["squaredL2", "l1"]
    static let allRules = ["weightedMean", "trimmedMean", "median", "csPlus"]
    static let graphs: [(name: String, json: String)] = [
        ("complete", #"{"family": "complete", "nodes": 10}"#),
        ("4-regular", #"{"family": "randomRegular", "nodes": 10, "degree": 4, "seed": 3}"#),
    ]
    private static let strategic = 9
    /// Of every weight; honest ones are about 0.4.
    private static let target = 5.0

    let rounds: Int
    var rules = allRules
    /// Of the data and of how they are shared out: 1 to so many.
    var seeds = 3

    static func row(_ coupling: String, _ graph: String, _ rule: String) -> String { "\(coupling), \(graph), \(rule)" }

    var setting: String {
        "Nodes: nine honest ones and a strategic one learn linear regression of five features and a bias, 40 samples a "
            + "node, λ = 1, λ0 = 0.01; the strategic one sends counter-gradients towards "
            + "\(significant(Self.target)) everywhere, the nearest that the coupling has. Step 0.15, \(rounds) rounds, "
            + "\(seeds) seeds, own models solved for; robust rules are told of one hostile node. Drift is how far the "
            + "mean of the honest common models is from where it is without attack, over the target's distance from "
            + "there."
    }

    private func experiment(
        _ coupling: String, _ graph: String, _ rule: String, seed: Int, isAttacked: Bool
    ) -> PackExperiment {
        let attack = #"{"kind": "commonCGA", "target": "\#(Self.target)"}"#
        let told = rule == "weightedMean" ? 0 : 1
        return PackExperiment(
            name: "licchavi, \(coupling)",
            json: """
                {"seed": \(seed), "topology": \(graph),
                 "aggregation": {"rule": "\(rule)", "tolerates": {"kind": "declared", "count": \(told)}},
                 "adversary": \(isAttacked ? #"[{"nodes": ["\#(Self.strategic)"], "attack": \#(attack)}]"# : "[]"),
                 "task": {"dataset": {"kind": "linear", "features": 5, "samples": 400, "testSamples": 10},
                   "split": "iid", "model": "linear"},
                 "training": {"rounds": \(rounds), "batchSize": 1000000, "momentum": 0, "stepSize": 0.15,
                   "weightDecay": 0.02,
                   "exchange": {"kind": "personal", "coupling": "\(coupling)", "lambda0": 0.01}},
                 "measure": {"every": \(rounds)}}
                """)
    }

    private static func column(_ quantity: String, seed: Int) -> String { "\(quantity), seed \(seed)" }

    /// Means over the seeds, and of two quantities each seed's.
    var calculation: Calculation {
        let perSeed = [Self.drift, Self.reach]
        return Calculation(Self.name) { shouldStop in
            var table = CalculatedTable(
                rows: "coupling, graph, rule",
                columns: [Self.drift, Self.reach, Self.spread]
                    + perSeed.flatMap { quantity in (1...seeds).map { Self.column(quantity, seed: $0) } },
                seeds: (1...seeds).map(String.init))
            for coupling in Self.couplings {
                for graph in Self.graphs {
                    for rule in rules {
                        var found: [[Double]] = []
                        for seed in 1...seeds {
                            guard let outcome = try outcome(coupling, graph.json, rule, seed: seed, shouldStop) else {
                                return nil
                            }
                            found.append(outcome)
                        }
                        let means = (0..<3).map { place in found.reduce(0) { $0 + $1[place] } / Double(seeds) }
                        table.add(
                            Self.row(coupling, graph.name, rule),
                            means + perSeed.indices.flatMap { place in found.map { $0[place] } })
                    }
                }
            }
            return table
        }
    }

    /// Drift, distance to the target and disagreement.
    ///
    /// - Returns: `nil` where it was stopped; no number where not all honest nodes came to the end.
    private func outcome(
        _ coupling: String, _ graph: String, _ rule: String, seed: Int, _ shouldStop: () -> Bool
    ) throws -> [Double]? {
        var ends: [CommonModelRun.Moment] = []
        for isAttacked in [false, true] {
            let experiment = experiment(coupling, graph, rule, seed: seed, isAttacked: isAttacked)
            guard let run = try CommonModelRun(experiment.assembly(), but: Self.strategic, shouldStop) else {
                return nil
            }
            guard let end = run.end else { return [.nan, .nan, .nan] }
            ends.append(end)
        }
        let (free, attacked) = (ends[0].mean, ends[1].mean)
        let target = free.map { _ in Self.target }
        let far = free.distance(to: target)
        let spread = ends[1].models.reduce(0) { max($0, $1.distance(to: attacked)) }
        return [free.distance(to: attacked) / far, attacked.distance(to: target) / far, spread / far]
    }

    var claims: [Claim] {
        [
            Claim(
                "In nodes, with the mean on a complete graph, one of ten takes the common model to its target under "
                    + "squared l2", published: "theorem 7 with p = q = 2; in gossip form not in the paper",
                quantity: "distance to the target over that without attack", .below(0.01), over: Self.name
            ) { evidence throws(MissingFigure) in
                try Self.number(evidence, "squaredL2", "complete", "weightedMean", Self.reach)
            },
            Claim(
                "Under l1 it moves it little, whatever the rule and the graph",
                published: "bounded by the force λ a coordinate (theorems 11 and 12); in gossip form not in the paper",
                quantity: "greatest drift under l1, over rules and graphs", .below(0.1), over: Self.name
            ) { evidence throws(MissingFigure) in
                try Self.greatest(evidence, "l1", rules)
            },
            Claim(
                "A robust rule for the common model, told of one, withstands it under squared l2 as well",
                published: "not in the paper",
                quantity:
                    "greatest drift of robust rules under squared l2, over rules and graphs, data shared at random",
                .below(0.1), over: Self.name
            ) { evidence throws(MissingFigure) in
                try Self.greatest(evidence, "squaredL2", Array(rules.dropFirst()))
            },
            Claim(
                "On a sparse graph the mean under squared l2 is carried as far", published: "not in the paper",
                quantity: "drift with the mean on a 4-regular graph over that on the complete one, squared l2",
                .above(0.5), over: Self.name
            ) { evidence throws(MissingFigure) in
                try Self.number(evidence, "squaredL2", "4-regular", "weightedMean", Self.drift)
                    / Self.number(evidence, "squaredL2", "complete", "weightedMean", Self.drift)
            },
        ]
    }

    /// With the seed in question.
    private static func number(
        _ evidence: Evidence, _ coupling: String, _ graph: String, _ rule: String, _ quantity: String
    ) throws(MissingFigure) -> Double {
        try evidence.number(name, row(coupling, graph, rule), column(quantity, seed: evidence.seed + 1))
    }

    private static func greatest(
        _ evidence: Evidence, _ coupling: String, _ rules: [String]
    ) throws(MissingFigure) -> Double {
        var greatest = 0.0
        for graph in graphs {
            for rule in rules {
                greatest = max(greatest, try number(evidence, coupling, graph.name, rule, drift))
            }
        }
        return greatest
    }
}
