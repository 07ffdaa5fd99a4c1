// What the equivalence paper says of its images, and what it does not: sparse graphs and robust rules.
import Registry

extension StrategicImages {
    private static func number(
        _ evidence: Evidence, _ name: String, _ column: Int
    ) throws(MissingFigure) -> Double { try evidence.number(Self.name, row(name), columns[column]) }

    private static func claim(
        _ statement: String, _ published: String, _ quantity: String, _ expectation: Claim.Expectation,
        tolerance: Double = 0, isShare: Bool = true,
        _ measure: @escaping @Sendable (Evidence) throws(MissingFigure) -> Double
    ) -> Claim {
        Claim.computed(
            statement, published: published, quantity: quantity, expectation, tolerance: tolerance, isShare: isShare,
            measure: measure)
    }

    /// Distance, true accuracy and shifted accuracy of one attack that succeeds.
    private static func success(
        _ title: String, _ published: String, of name: String, within distance: Double
    ) -> [Claim] {
        [
            claim(
                "\(title) lead the common model to the target", published, "distance as a share of the start",
                .below(distance)
            ) { evidence throws(MissingFigure) in try number(evidence, name, 0) },
            claim("\(title) leave it no true accuracy", published, "accuracy with true labels", .below(0.1)) {
                evidence throws(MissingFigure) in try number(evidence, name, 1)
            },
            claim(
                "\(title) leave it as good as the target at what the attacker wants", published,
                "accuracy with shifted labels, minus the target's own", .near(0), tolerance: 0.03
            ) { evidence throws(MissingFigure) in
                try number(evidence, name, 2) - evidence.number(Self.name, targetRow, columns[2])
            },
        ]
    }

    private static func failure(_ coupling: String, _ name: String, _ free: String, _ published: String) -> Claim {
        claim(
            "Under \(coupling) counter-gradients fail", published,
            "accuracy with true labels, minus that without attack", .near(0), tolerance: 0.1
        ) { evidence throws(MissingFigure) in try number(evidence, name, 1) - number(evidence, free, 1) }
    }

    var claims: [Claim] {
        var claims = Self.success("Counter-gradients", "figure 1: distance to 0", of: Self.attacked, within: 0.01)
        claims += [
            Self.failure("l2", Self.attackedL2, Self.freeL2, "figure 1: the attack fails"),
            Self.failure("smoothL2", Self.attackedSmooth, Self.freeSmooth, "not in the paper; bounded as l2 is"),
            Self.claim(
                "With own models that go one step a round counter-gradients succeed as well", "figures 1 and 15",
                "accuracy with true labels", .below(0.1)
            ) { evidence throws(MissingFigure) in try Self.number(evidence, Self.stepped, 1) },
            Self.claim(
                "The model that counter-gradients come to keeps the common model where they led it",
                "proposition 4", "distance as a share of the start", .below(0.01)
            ) { evidence throws(MissingFigure) in try Self.number(evidence, Self.settled, 0) },
        ]
        claims += Self.success("Model attacks", "figure 2a, b", of: Self.model, within: 0.01)
        claims += Self.success("Points with soft labels", "figure 2c, d", of: Self.plainLabels, within: 0.5)
        claims.append(
            Self.claim(
                request.isQuick
                    ? "3.3 % as many points as data leave no true accuracy either (here fewer than a class has "
                        + "parameters, so that they cannot say a model, as the theorem asks)"
                    : "3.3 % as many points as data leave no true accuracy either", "figure 2c",
                "accuracy with true labels", .below(0.1)
            ) { evidence throws(MissingFigure) in try Self.number(evidence, Self.fewLabels, 1) })
        claims.append(
            Self.claim(
                "Three points for two parameters of a class leave none", "figure 2c: 2,000 points, 785 parameters",
                "accuracy with true labels", .below(0.1)
            ) { evidence throws(MissingFigure) in try Self.number(evidence, Self.someLabels, 1) })
        claims += Self.success("Tilted labels", "worked out: they are exact", of: Self.tiltedLabels, within: 1e-3)
        claims += [
            Self.claim(
                "On a sparse graph counter-gradients do not lead to the target: they run away from it",
                "not in the paper, whose users share one common model: here one sees only what its neighbours made of "
                    + "its last report; found with steps of 0.15, 0.05 and 0.015",
                "distance as a share of the start", .above(1)
            ) { evidence throws(MissingFigure) in try Self.number(evidence, Self.sparse, 0) }
        ]
        claims += Self.robust.map { rule in
            Self.claim(
                "With \(rule) on the common model one strategic user takes it no true accuracy", "not in the paper",
                "accuracy with true labels, minus that without attack", .near(0), tolerance: 0.05
            ) { evidence throws(MissingFigure) in
                try Self.number(evidence, Self.robustName(rule), 1) - Self.number(evidence, Self.free, 1)
            }
        }
        for name in Self.lastLayerAttacks.dropFirst().flatMap({ [$0, Self.byNodes($0)] }) {
            claims.append(
                Self.claim(
                    "On the last layer of a net it is the same: \(name)", "appendix J",
                    "distance as a share of that without attack", .below(0.01)
                ) { evidence throws(MissingFigure) in
                    try evidence.number(Self.lastLayerName, name, Self.columns[0])
                })
        }
        return claims
    }
}
