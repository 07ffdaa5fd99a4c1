// The pack equivalence: whatever a strategic user of personalised learning says of the common model, it could have
// brought about by data. Each part has a file of its own beside this one.
import Registry

extension PaperPack {
    static let equivalence = PaperPack(
        name: "equivalence",
        summary: "Strategic users of personalised learning: gradient attacks, model attacks and poisoned data as one.",
        papers: [
            "S. Farhadkhani, R. Guerraoui, L. Hoang, O. Villemaud: An Equivalence Between Data Poisoning and Byzantine "
                + "Gradient Attacks, ICML 2022, arXiv 2202.08578 (a server, here gossip)"
        ]
    ) { request throws(ConfigurationFault) in
        let images = StrategicImages(request)
        let adam = StrategicAdam(request: request)
        let table = SumAgainstMean(request)
        return PackStudy(
            setting: [
                "Every node has a model of its own, held to a common one by a coupling of strength λ = 1; the common "
                    + "one travels. Small instances are solved in double precision, to about ten digits; the rest is "
                    + "run by nodes.",
                "In gossip form nodes average their copies after a step η each, which is the paper's server with step "
                    + "η/N.", adam.setting, AttackByNodes.setting,
            ] + images.setting,
            calculations: [
                OnePointCases.calculation, GradientLimits.calculation, AttackToData.calculation,
                AttackByNodes.calculation, SoftLabelCases.calculation, GradientPAC.calculation,
                try PreferenceBounds.calculation(), images.calculation, images.lastLayer, adam.calculation,
                table.calculation,
            ],
            claims: OnePointCases.claims + GradientLimits.claims + AttackToData.claims + AttackByNodes.claims
                + SoftLabelCases.claims + GradientPAC.claims + PreferenceBounds.claims + table.claims + adam.claims
                + images.claims,
            figures: [
                PackFigure(
                    "Counter-gradients, couplings and data on images (figures 1, 2 and 15)",
                    note: "The common model of the honest nodes: how far it is from the target, as a share "
                        + "of where it started, and its accuracy on the test part with true and with shifted labels.",
                    .calculation(StrategicImages.name)),
                StrategicAdam.figure, SumAgainstMean.figure,
                PackFigure(
                    "From an attack on gradients to data",
                    note: "Distance of the common model from where the gradient attack led, as a share of the way from "
                        + "the honest one to the target: by the model attack, and by so many points that it labels.",
                    .calculation(AttackToData.name)),
                PackFigure(
                    "From an attack on gradients to data, by nodes",
                    note: "The same of the honest nodes' common model after the last round; how far it moves in that "
                        + "round says how near to rest it is.",
                    .calculation(AttackByNodes.name)),
                PackFigure("Where counter-gradients end", .calculation(GradientLimits.name)),
                PackFigure("One point (theorem 5)", .calculation(OnePointCases.name)),
                PackFigure("Soft labels", .calculation(SoftLabelCases.name)),
                PackFigure(
                    "The last layer of a net (appendix J)",
                    note: "Softmax on fixed random features of the images; poison is an embedding.",
                    .calculation(StrategicImages.lastLayerName)),
                PackFigure("Gradient-PAC learning (theorems 2 and 3)", .calculation(GradientPAC.name)),
                PackFigure(
                    "What no algorithm can do (proposition 1, corollaries)",
                    note: "Ten nodes, of which F want 1 and the others 0. Either those at 1 are hostile, or as many of "
                        + "those at 0.",
                    .calculation(PreferenceBounds.name)),
            ])
    }
}

extension Claim {
    /// On a number that a calculation came to.
    static func computed(
        _ statement: String, published: String, quantity: String, _ expectation: Expectation, tolerance: Double = 0,
        isShare: Bool = false, measure: @escaping @Sendable (Evidence) throws(MissingFigure) -> Double
    ) -> Claim {
        Claim(
            statement, published: published, quantity: quantity, expectation, tolerance: tolerance, isShare: isShare,
            over: nil, measure: measure)
    }
}
