// Figures 1 and 15 with Adam on own models, as the paper ran them; the nodes' own steps are plain, so that this is run
// beside them, in the federated form of the paper.
import Kernels
import Learning
import Personalisation
import Registry

/// Ten honest users go one step of Adam a round; the common model goes plain steps, which fall, along the sum of all
/// pulls, the strategic user's counter-gradient among them. How long the paper's steps were is not known.
struct StrategicAdam {
    static let name = "Adam"
    private static let columns = ["distance", "accuracy, true labels", "accuracy, shifted labels"]
    private static let couplings: [(name: String, coupling: any Coupling)] = [
        ("squaredL2", SquaredL2Coupling(strength: 1)), ("l2", L2Coupling(strength: 1)),
    ]
    private static let attacks = ["no attack", "counter-gradients"]
    private static let targetRow = "the target model"
    private static func row(_ attack: String, _ coupling: String, _ moment: String = "end") -> String {
        "\(attack), \(coupling), \(moment)"
    }

    let request: PackRequest

    private var rounds: Int { request.choose(quick: 500, full: 1_000) }

    var setting: String {
        "With Adam: own models go one step of it a round (0.02, falling to nothing), the common one a plain step of "
            + "the server, 1/(6λN)/√(1 + t/100) in round t of \(rounds)."
    }

    var calculation: Calculation {
        Calculation(Self.name) { shouldStop in
            let shards = try StrategicImages.honestShards(request)
            let material = try ImageMaterial(
                training: Samples(joining: shards), test: try StrategicImages.plain(request).assembly().testPart(),
                ridge: StrategicImages.ridge, isCancelled: shouldStop)
            var table = CalculatedTable(rows: "attack, coupling, round", columns: Self.columns)
            table.add(
                Self.targetRow, [0, material.accuracy(material.target), material.success(material.target)])
            for (name, coupling) in Self.couplings {
                for attack in Self.attacks {
                    let isAttacked = attack == Self.attacks[1]
                    let path = path(shards, material, coupling, isAttacked: isAttacked, shouldStop)
                    if shouldStop() { return nil }
                    let start = material.target.norm
                    for (round, model) in path {
                        table.add(
                            Self.row(attack, name, round == rounds ? "end" : "round \(round)"),
                            [
                                model.distance(to: material.target) / start, material.accuracy(model),
                                material.success(model),
                            ])
                    }
                }
            }
            return table
        }
    }

    /// From zero; the common model at five moments.
    private func path(
        _ shards: [Samples], _ material: ImageMaterial, _ coupling: any Coupling, isAttacked: Bool,
        _ shouldStop: () -> Bool
    ) -> [(round: Int, model: [Double])] {
        var common = material.target.map { _ in 0.0 }
        var users = AdamUsers(
            shards.map { ($0, 1) }, objective: material.objective, coupling: coupling, ridge: StrategicImages.ridge,
            batchSize: 500, from: common, seed: 1)
        var attack = CounterGradientReport(target: material.target)
        var path: [(round: Int, model: [Double])] = []
        for round in 0..<rounds where !shouldStop() {
            let stepSize = 1 / (6 * Double(shards.count)) / (1 + Double(round) / 100).squareRoot()
            var pull = users.step(towards: common, stepSize: 0.02 * (1 - Double(round) / Double(rounds)))
            if isAttacked { pull.move(1, along: attack.report(at: common, stepSize: stepSize, under: coupling)) }
            common.move(-stepSize, along: pull)
            if (round + 1) % (rounds / 5) == 0 { path.append((round + 1, common)) }
        }
        return path
    }

    static var figure: PackFigure {
        PackFigure(
            "Counter-gradients with Adam (figures 1 and 15)",
            note: "The common model: how far it is from the target, as a share of where it started, and its accuracy "
                + "on the test part with true and with shifted labels.", .calculation(name))
    }

    private static func number(
        _ evidence: Evidence, _ attack: Int, _ coupling: Int, _ column: Int
    ) throws(MissingFigure) -> Double {
        try evidence.number(name, row(attacks[attack], couplings[coupling].name), columns[column])
    }

    var claims: [Claim] {
        [
            Claim.computed(
                "With Adam on own models counter-gradients lead the common model to the target",
                published: "figures 1 and 15: distance to 0", quantity: "distance as a share of the start",
                .below(0.05), isShare: true
            ) { evidence throws(MissingFigure) in try Self.number(evidence, 1, 0, 0) },
            Claim.computed(
                "With Adam they leave it no true accuracy", published: "figures 1 and 15",
                quantity: "accuracy with true labels", .below(0.1), isShare: true
            ) { evidence throws(MissingFigure) in try Self.number(evidence, 1, 0, 1) },
            Claim.computed(
                "With Adam under l2 they fail", published: "figure 1: the attack fails",
                quantity: "accuracy with true labels, minus that without attack", .near(0), tolerance: 0.1,
                isShare: true
            ) { evidence throws(MissingFigure) in
                try Self.number(evidence, 1, 1, 1) - Self.number(evidence, 0, 1, 1)
            },
        ]
    }
}
