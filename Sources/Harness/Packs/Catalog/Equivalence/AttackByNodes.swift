// The main theorem by the nodes themselves: gradient attacks on the common model that converge, the model that each
// comes to, and data that this model labels.
import Kernels
import Learning
import Personalisation
import Registry
import Scenario

/// Five honest nodes and a strategic one on linear regression, in gossip form.
enum AttackByNodes {
    static let name = "attack to data, by nodes"
    static let counts = [10, 100, 1_000, 10_000]
    static func column(_ count: Int) -> String { "\(count) points" }
    static let way = "way of the attack"
    static let rest = "last step of its common model"
    static let byModel = "model attack"
    static let attacks = ["counter-gradients", "constant", "sign flip", "bounded random"]
    static let couplings: [(name: String, coupling: any Coupling)] = [
        ("squaredL2", SquaredL2Coupling(strength: 1)), ("l2", L2Coupling(strength: 1)),
        ("smoothL2", SmoothL2Coupling(strength: 1)),
    ]
    static func row(_ coupling: String, _ attack: String) -> String { "\(coupling), \(attack)" }

    static let setting =
        "The same by nodes: five honest ones and a strategic one, 20 samples each of linear regression with three "
        + "features and a bias, losses over the average number of samples, λ = 1. A data set of so many points is 50 "
        + "drawn ones that count so often together, labelled by the model that the attack comes to. Steps fall, as l2 "
        + "has no gradient where own and common model meet."

    private static let (strategic, nodes, samples, ridge, rounds) = (5, 6, 20, 0.01, 1_500)
    /// Points that are drawn.
    private static let drawn = 50

    private static func experiment(_ coupling: String, _ attack: String) -> PackExperiment {
        let adversary = attack.isEmpty ? "[]" : #"[{"nodes": ["\#(strategic)"], "attack": \#(attack)}]"#
        return PackExperiment(
            name: "\(name), \(coupling)",
            json: """
                {"topology": {"family": "complete", "nodes": \(nodes)},
                 "aggregation": {"rule": "weightedMean", "tolerates": {"kind": "declared", "count": 0}},
                 "adversary": \(adversary),
                 "task": {"dataset": {"kind": "linear", "features": 3, "samples": \(nodes * samples), "testSamples": 10,
                   "noise": 1}, "split": "iid", "model": "linear"},
                 "training": {"rounds": \(rounds), "batchSize": 1000000, "momentum": 0,
                   "stepSize": {"kind": "inverse", "value": 0.4, "halving": 60}, "weightDecay": \(2 * ridge),
                   "exchange": {"kind": "personal", "coupling": "\(coupling)", "loss": "averaged"}},
                 "measure": {"every": \(rounds - 1)}}
                """)
    }

    /// As an experiment has it.
    private static func attack(_ name: String, to target: [Double]) -> String {
        switch name {
        case attacks[0]: #"{"kind": "commonCGA", "target": \#(target.parameter)}"#
        case attacks[1]: #"{"kind": "constantPull", "target": "0.5,-0.4,0.3,-0.3"}"#
        case attacks[2]: #"{"kind": "signFlip", "of": "step"}"#
        default: #"{"kind": "boundedRandom", "bound": 0.9, "steady": 0.7, "noise": 1, "fading": 2}"#
        }
    }

    /// What the honest nodes have, as they weigh it.
    private static func honest(_ assembly: Assembly) throws(ConfigurationFault) -> [LocalLoss] {
        var losses: [LocalLoss] = []
        for node in assembly.topology.nodes where node.index != strategic {
            let samples = try assembly.shard(of: node).picked
            guard case .values(let values) = samples.targets else { continue }
            let width = samples.featureCount
            let points = values.indices.map { row in
                DataPoint(
                    samples.features[row * width..<(row + 1) * width].map { Double($0) } + [1], Double(values[row]))
            }
            losses.append(.leastSquares(points, ridge: ridge, weight: 1 / Double(Self.samples)))
        }
        return losses
    }

    static let calculation = Calculation(name) { shouldStop in
        var table = CalculatedTable(rows: "coupling, attack", columns: [way, rest, byModel] + counts.map(column))
        for (title, coupling) in couplings {
            func end(_ attack: String) throws -> CommonModelRun? {
                try CommonModelRun(try experiment(title, attack).assembly(), but: strategic, shouldStop)
            }
            let game = CommonModelGame(try honest(try experiment(title, "").assembly()), coupling)
            let free = game.solve().common
            let target = free.indices.map { free[$0] + ($0.isMultiple(of: 2) ? 2.0 : -1.5) }
            let scale = target.distance(to: free)
            for name in attacks {
                guard let run = try end(attack(name, to: target)) else { return nil }
                // At rest, what the attack says is what holds the others' pull.
                guard let common = run.end?.mean, let before = run.moments.dropLast().last?.mean,
                    let model = AttackToData.strategicModel(
                        coupling.projected(game.pull(at: common).map { -$0 }), at: common, under: coupling)
                else {
                    table.add(row(title, name), [Double?](repeating: nil, count: 3 + counts.count))
                    continue
                }
                func distance(_ attack: String) throws -> Double? {
                    try end(attack).map { $0.end.map { $0.mean.distance(to: common) / scale } ?? .nan }
                }
                let own = #"{"kind": "ownModel", "target": \#(model.parameter)}"#
                guard let led = try distance(own) else { return nil }
                var distances: [Double?] = [
                    common.distance(to: free) / scale, common.distance(to: before) / scale, led,
                ]
                for count in counts {
                    let data =
                        #"{"kind": "targetLabels", "target": \#(model.parameter), "features": "drawn", "#
                        + #""points": \#(drawn), "weight": \#(Double(count) / Double(drawn))}"#
                    guard let led = try distance(data) else { return nil }
                    distances.append(led)
                }
                table.add(row(title, name), distances)
            }
        }
        return table
    }

    /// What is nearer than this is there, but for rounding and the last steps.
    private static let near = 2e-3

    static var claims: [Claim] {
        var claims: [Claim] = []
        for (title, _) in couplings {
            claims.append(
                Claim.computed(
                    "By nodes, under \(title): a model attack leads where any converging gradient attack led",
                    published: "theorem 1, propositions 2 to 4",
                    quantity: "greatest distance, as a share of the way to the target", .below(0.01)
                ) { evidence throws(MissingFigure) in
                    var greatest = 0.0
                    for attack in attacks {
                        greatest = max(greatest, try evidence.number(name, row(title, attack), byModel))
                    }
                    return greatest
                })
            for attack in attacks {
                claims.append(
                    Claim.computed(
                        "By nodes, under \(title): data lead where \(attack) led, the nearer the more points",
                        published: "theorem 1: within any ε, with enough data",
                        quantity: "distance with ten thousand points, as a share of the way to the target",
                        .below(0.01)
                    ) { evidence throws(MissingFigure) in
                        var last = Double.infinity
                        for count in counts {
                            let distance = try evidence.number(name, row(title, attack), column(count))
                            // No nearer with more points is no proof, unless it is there already.
                            if distance > last, distance > near { return .infinity }
                            last = distance
                        }
                        return last
                    })
            }
        }
        return claims
    }
}
