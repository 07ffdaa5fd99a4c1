// The pack licchavi: who can move a common model by lying, how far, and under which coupling, on instances small enough
// to be solved to rounding, and in runs of nodes. What it computes is in LicchaviTheory.
import Personalisation
import Registry

extension PaperPack {
    static let licchavi = PaperPack(
        name: "licchavi",
        summary: "Strategic users of a common model: what they gain under squared l2, lp and l1 couplings.",
        papers: [
            "S. Farhadkhani, R. Guerraoui, L.-N. Hoang: Strategyproof Learning: Building Trustworthy User-Generated "
                + "Datasets (LICCHAVI), arXiv 2106.02398",
            "S. Farhadkhani, R. Guerraoui, L.-N. Hoang, O. Villemaud: An Equivalence Between Data Poisoning and "
                + "Byzantine Gradient Attacks, ICML 2022, arXiv 2202.08578 (the gradient-PAC property)",
        ]
    ) { request throws(ConfigurationFault) in Licchavi(request).study() }
}

/// The study at one scale.
struct Licchavi {
    let theory: LicchaviTheory
    let nodes: LicchaviNodes

    init(_ request: PackRequest) {
        nodes = LicchaviNodes(rounds: request.choose(quick: 400, full: 2_000))
        theory = LicchaviTheory(
            searches: request.choose(quick: 1_000, full: 10_000), draws: request.choose(quick: 40, full: 400),
            tries: request.choose(quick: 60, full: 300),
            mostSamples: request.choose(quick: 10_000, full: 100_000))
    }

    init(theory: LicchaviTheory, nodes: LicchaviNodes) {
        self.theory = theory
        self.nodes = nodes
    }

    func study() -> PackStudy {
        PackStudy(
            setting: [
                "Everything is one convex problem, min over ρ, θ of Σ L_n(θ_n) + Σ R_n(ρ − θ_n) + λ0‖ρ‖²; a user lies "
                    + "by holding its own model wherever it likes (a parameter player) or by its answers (data). "
                    + "Instances have one to four coordinates and two to nine nodes, and are solved to a subgradient "
                    + "of 1e-9 or to rounding.",
                "The paper's numbers are from its proofs: it has no experiment of this kind. A search that finds no "
                    + "gain is evidence for a theorem, not a proof; one that finds a gain refutes.",
                "\(theory.searches) searches for strategyproofness, \(theory.draws) instances of everything else that "
                    + "is drawn.",
                "Claims name the theorem that they judge: 4, 5 and 7 to 12. Theorems 1 to 3 and 6 have no claim of "
                    + "their own.", nodes.setting,
            ], calculations: theory.calculations + [nodes.calculation],
            claims: answering + placing + strategyproofness + rotation + bounds + nodes.claims, figures: figures)
    }

    // MARK: Answers

    private var answering: [Claim] {
        AnsweringUser.Kind.allCases.flatMap { kind -> [Claim] in
            [
                Claim(
                    "The loss of \(kind) regression is steep around the preference once there are many answers",
                    published: "gradient-PAC: with a probability that tends to 1 (lemmas for both, 2202.08578)",
                    quantity: "share of draws with (θ−θ†)ᵀ∇L ≥ \(LicchaviTheory.slope(kind))·I·min(r, r²) − I^0.75·r "
                        + "everywhere, \(theory.mostSamples) answers", .above(1), tolerance: 1e-12, over: nil
                ) { evidence throws(MissingFigure) in
                    try evidence.number(
                        LicchaviTheory.steepness, LicchaviTheory.row(theory.mostSamples), kind.rawValue)
                },
                Claim(
                    "An honest user of \(kind) regression is served what it prefers once it has answered enough, under "
                        + "l1 and under squared l2", published: "θ_h → θ†_h whatever the others send (theorem 4)",
                    quantity:
                        "greatest mean ‖θ*_h − θ†_h‖ with \(theory.mostSamples) answers over that with 10, others "
                        + "10 away", .below(0.2), over: nil
                ) { evidence throws(MissingFigure) in
                    var greatest = 0.0
                    for coupling in LicchaviTheory.couplings {
                        let column = LicchaviTheory.column(kind, coupling.name, 10)
                        let first = try evidence.number(LicchaviTheory.recovery, LicchaviTheory.row(10), column)
                        let last = try evidence.number(
                            LicchaviTheory.recovery, LicchaviTheory.row(theory.mostSamples), column)
                        greatest = max(greatest, last / first)
                    }
                    return greatest
                },
                Claim(
                    "With others fixed near by, errors in \(kind) regression fall with the root of the answers",
                    published: "θ_h → θ†_h (theorem 4); the rate is that of the noise (worked out)",
                    quantity: "a of errors like I^−a, from 100 to \(theory.mostSamples) answers, others 1 away, mean "
                        + "of l1 and squared l2", .near(0.5), tolerance: 0.2, isShare: false, over: nil
                ) { evidence throws(MissingFigure) in try theory.rate(evidence, kind, hostile: false) },
                Claim(
                    "With hostile others they do under l1, in \(kind) regression",
                    published: "an amount of data that does not depend on the others (theorem 5); rate worked out",
                    quantity: "a of errors like I^−a, from 100 to \(theory.mostSamples) answers, others 10,000 away",
                    .near(0.5), tolerance: 0.2, isShare: false, over: nil
                ) { evidence throws(MissingFigure) in try theory.rate(evidence, kind, hostile: true) },
                Claim(
                    "With p = 1, from 100 answers on, errors in \(kind) regression do not depend on where others are",
                    published: "an amount of data that does not depend on them (theorem 5)",
                    quantity:
                        "greatest |error with others 10,000 away / error with others 10 away − 1| over numbers of "
                        + "answers, l1", .below(0), tolerance: 1e-6, isShare: false, over: nil
                ) { evidence throws(MissingFigure) in
                    var greatest = 0.0
                    for samples in theory.samples where samples >= 100 {
                        greatest = max(greatest, abs(try theory.growth(evidence, kind, "l1", samples) - 1))
                    }
                    return greatest
                },
                Claim(
                    "Under squared l2 they do, in \(kind) regression", published: "only p = 1 has that (theorem 5)",
                    quantity: "error with others 10,000 away over that with others 10 away, 100 answers, squared l2",
                    .above(10), isShare: false, over: nil
                ) { evidence throws(MissingFigure) in try theory.growth(evidence, kind, "squared l2", 100) },
            ]
        } + [
            Claim(
                "Where queries touch one coordinate nobody's model is moved by more than λΔ/I",
                published: "|θ*_hj − ā_hj| ≤ λ_hΔ_hj/I_j, whatever the others do (theorem 5, worked out)",
                quantity: "greatest drift over λΔ/I", .near(1), tolerance: 1e-6, isShare: false, over: nil
            ) { evidence throws(MissingFigure) in
                try evidence.number(LicchaviTheory.bounds, LicchaviTheory.driftRow, LicchaviTheory.greatest)
            }
        ]
    }

    // MARK: Anywhere

    private var placing: [Claim] {
        [
            Claim(
                "With p > 1 one user places the common model anywhere",
                published: "theorem 7 (signs of its lemma corrected)",
                quantity: "greatest ‖ρ* − target‖/(1 + ‖target‖) over p, q and instances, a parameter player",
                .below(0),
                tolerance: 1e-8, isShare: false, over: nil
            ) { evidence throws(MissingFigure) in
                try theory.miss(evidence, LicchaviTheory.parameter)
            },
            Claim(
                "With p > 1 one user places the model of another with p > 1 anywhere", published: "theorem 8",
                quantity: "greatest ‖θ*_t − target‖/(1 + ‖target‖) over p, q and instances", .below(0),
                tolerance: 1e-8, isShare: false, over: nil
            ) { evidence throws(MissingFigure) in
                try theory.miss(evidence, LicchaviTheory.another)
            },
            Claim(
                "Data do it as well as a parameter, once there are many",
                published: "a large dataset labelled by the reported model (proof of theorem 7)",
                quantity: "least factor by which 100 times as many samples bring ρ* nearer, over p and q", .above(80),
                isShare: false, over: nil
            ) { evidence throws(MissingFigure) in
                var least = Double.infinity
                for (p, q) in LicchaviTheory.powers {
                    let row = LicchaviTheory.row(p, q)
                    let few = try evidence.number(LicchaviTheory.placement, row, LicchaviTheory.few)
                    let many = try evidence.number(LicchaviTheory.placement, row, LicchaviTheory.many)
                    least = min(least, few / many)
                }
                return least
            },
            Claim(
                "Under squared l2 a target of 5 is hit by the report 15.05, outside of what anybody has",
                published: "theorem 7 with p = q = 2", quantity: "ρ*(15.05), three honest users at 0, 1, 2", .near(5),
                tolerance: 1e-9, isShare: false, over: nil
            ) { evidence throws(MissingFigure) in
                try evidence.number(LicchaviTheory.bounds, LicchaviTheory.hitRow, LicchaviTheory.greatest)
            },
        ]
    }

    // MARK: Nothing gained

    private var strategyproofness: [Claim] {
        [
            Claim(
                "Under l1 with coordinate-wise queries no lie brings any model nearer",
                published: "strategyproof for every norm that signs do not change (theorem 9)",
                quantity: "how much nearer a user brought models in \(theory.searches) searches, at most", .below(0),
                tolerance: 1e-12, isShare: false, over: nil
            ) { evidence throws(MissingFigure) in
                try evidence.number(LicchaviTheory.searchName, LicchaviTheory.separateRow, LicchaviTheory.most)
            },
            Claim(
                "The same searches find gains where queries touch several coordinates",
                published: "theorem 9 asks for coordinate-wise queries",
                quantity: "how much nearer a user brought ρ*, at most", .above(0.1), isShare: false, over: nil
            ) { evidence throws(MissingFigure) in
                try evidence.number(LicchaviTheory.searchName, LicchaviTheory.slantedRow, LicchaviTheory.most)
            },
            Claim(
                "In one dimension ρ* is the report, cut to an interval",
                published: "ρ*(w) from 0.0998003992 to 1.0978043912 (theorem 9, the shape of its proof)",
                quantity: "greatest |ρ*(w) − min(max(w, least), greatest)| over reports from −5 to 5", .below(0),
                tolerance: 1e-9, isShare: false, over: nil
            ) { evidence throws(MissingFigure) in
                var greatest = 0.0
                for w in LicchaviTheory.reports {
                    let common = try evidence.number(LicchaviTheory.response, "\(w)", "l1")
                    greatest = max(greatest, abs(common - min(max(Double(w) / 100, 0.0998003992), 1.0978043912)))
                }
                return greatest
            },
            Claim(
                "With I answers a coordinate lying gains no more than N(λΔ/I)",
                published: "data-strategyproof with enough data, from parameter-strategyproof (worked out)",
                quantity: "greatest gain over N(λΔ/I), I from 1 to 1,000", .below(1), tolerance: 1e-9, isShare: false,
                over: nil
            ) { evidence throws(MissingFigure) in
                var greatest = 0.0
                for samples in LicchaviTheory.ownSamples {
                    greatest = max(
                        greatest,
                        try evidence.number(
                            LicchaviTheory.dataName, LicchaviTheory.row(samples), LicchaviTheory.ratio))
                }
                return greatest
            },
            Claim(
                "With few answers of one's own lying does gain", published: "the theorem is about many data",
                quantity: "greatest gain with one answer a coordinate, over N(λΔ)", .above(0.1), isShare: false,
                over: nil
            ) { evidence throws(MissingFigure) in
                try evidence.number(LicchaviTheory.dataName, LicchaviTheory.row(1), LicchaviTheory.ratio)
            },
            Claim(
                "Without coordinate-wise queries no factor bounds what a lie gains",
                published: "theorem 10; a/(1 + 2(λ0 + e)) in the instance that does it",
                quantity: "gain with a = 1,000", .above(900), isShare: false, over: nil
            ) { evidence throws(MissingFigure) in
                try evidence.number(LicchaviTheory.counterexample, LicchaviTheory.slantRow(1_000), LicchaviTheory.gain)
            },
            Claim(
                "The gain is the closed form's", published: "9.9601593625, 99.6015936255 and 2.9032258065 (worked out)",
                quantity: "greatest |gain/closed form − 1|", .below(0), tolerance: 1e-9, isShare: false, over: nil
            ) { evidence throws(MissingFigure) in
                var greatest = 0.0
                for instance in LicchaviTheory.unbounded {
                    let row = LicchaviTheory.slantRow(instance.slant)
                    let gain = try evidence.number(LicchaviTheory.counterexample, row, LicchaviTheory.gain)
                    let known = try evidence.number(LicchaviTheory.counterexample, row, LicchaviTheory.known)
                    greatest = max(greatest, abs(gain / known - 1))
                }
                return greatest
            },
            Claim(
                "The instance as printed gains what it is printed to gain",
                published: "9.2 with a = 10 (proof of theorem 10). Fails by the paper's fault: its subgradients have "
                    + "two signs in two lines; the theorem stands by the instance above",
                quantity: "gain of the printed report, λ0 = 1, a = 10", .above(9), isShare: false, over: nil
            ) { evidence throws(MissingFigure) in
                try evidence.number(LicchaviTheory.counterexample, LicchaviTheory.printedRow, LicchaviTheory.gain)
            },
        ]
    }

    // MARK: Rotated

    private var rotation: [Claim] {
        [
            Claim(
                "Along the axes of the others' curvature the counter-example gains nothing",
                published: "rotated l1 (section 4.5, an idea without a theorem)",
                quantity: "greatest gain found, rotated, over a from 9 to 1,000 (condition 1e10)", .near(1),
                tolerance: 1e-3,
                isShare: false, over: nil
            ) { evidence throws(MissingFigure) in
                var greatest = 0.0
                for instance in LicchaviTheory.unbounded {
                    let row = LicchaviTheory.slantRow(instance.slant)
                    greatest = max(
                        greatest, try evidence.number(LicchaviTheory.counterexample, row, LicchaviTheory.turned))
                }
                return greatest
            },
            Claim(
                "Along the axes of the others' curvature nothing is gained from one other user",
                published: "rotated l1 (section 4.5, an idea without a theorem)",
                quantity: "greatest gain, one other user with values, rotated", .near(1), tolerance: 1e-6,
                isShare: false, over: nil
            ) { evidence throws(MissingFigure) in
                try theory.rotationGain(evidence, nodes: 1, 0, .values, .rotated)
            },
            Claim(
                "Nor from two of one curvature, whose models need not all be tied to the common one",
                published: "rotated l1 (section 4.5, no theorem). Where it fails, it is by the idea: the minimised "
                    + "loss does not bend along the axes of a model that is free",
                quantity: "greatest gain, two other users, no spread, rotated", .near(1), tolerance: 1e-6,
                isShare: false, over: nil
            ) { evidence throws(MissingFigure) in
                try theory.rotationGain(evidence, nodes: 2, 0, .values, .rotated)
            },
            Claim(
                "From those nothing is gained along the axes of their data's own curvature",
                published: "not in the paper: its axes are those of the minimised loss",
                quantity: "greatest gain, two other users, no spread, rotated by data", .near(1), tolerance: 1e-6,
                isShare: false, over: nil
            ) { evidence throws(MissingFigure) in
                try theory.rotationGain(evidence, nodes: 2, 0, .values, .rotatedByData)
            },
            Claim(
                "Rotated, less is gained wherever queries are alike",
                published: "rotated l1 (section 4.5, no theorem). Fails where models are free, as above",
                quantity: "greatest (mean gain rotated − 1) over (mean gain not rotated − 1), spread up to 0.1",
                .below(0.5), over: nil
            ) { evidence throws(MissingFigure) in try theory.rotationShare(evidence) { $0 <= 0.1 } },
            Claim(
                "Rotated, less is gained also where they are not",
                published: "rotated l1 (section 4.5, no theorem): no common axes, no reason that it should",
                quantity: "greatest (mean gain rotated − 1) over (mean gain not rotated − 1), spread of 1", .below(1),
                over: nil
            ) { evidence throws(MissingFigure) in try theory.rotationShare(evidence) { $0 > 0.1 } },
        ]
    }

    // MARK: Bounds

    private var bounds: [Claim] {
        LicchaviTheory.absolutes.map { absolute in
            Claim(
                "No set of hostile users moves ρ* beyond the absolute bound, \(absolute.name)",
                published: "‖ρ*‖₂ ≤ (Σ λ_nβ_n/(λ0p0α0^p0))^{1/(p0−1)} (theorem 11)",
                quantity: "greatest ‖ρ*‖ over the bound", .near(1), tolerance: 1e-6, isShare: false, over: nil
            ) { evidence throws(MissingFigure) in
                try evidence.number(LicchaviTheory.bounds, absolute.name, LicchaviTheory.greatest)
            }
        } + [
            Claim(
                "A minority moves ρ* by no more than a multiple of how far honest users disagree",
                published: "4λ_H/(λ_H − λ_−H) · Δ_H (theorem 12)", quantity: "greatest movement over the bound, l1",
                .below(1), isShare: false, over: nil
            ) { evidence throws(MissingFigure) in
                try evidence.number(LicchaviTheory.bounds, LicchaviTheory.relativeRow, LicchaviTheory.greatest)
            },
            Claim(
                "That bound leaves room: no search comes to half of it",
                published: "whether it is tight the paper does not say",
                quantity: "greatest movement found over the bound, l1", .below(0.5), isShare: false, over: nil
            ) { evidence throws(MissingFigure) in
                try evidence.number(LicchaviTheory.bounds, LicchaviTheory.relativeRow, LicchaviTheory.greatest)
            },
        ]
    }

    private var figures: [PackFigure] {
        [
            PackFigure(
                "The common model as one report moves",
                note: "Three honest users at 0, 1, 2 with L = 5(θ − a)², λ = 1, λ0 = 0.01; ρ* over the report of a "
                    + "fourth, in hundredths: cut to an interval under l1, carried along under squared l2.",
                .lines(LicchaviTheory.response, across: "report, hundredths")),
            PackFigure(
                "Placing models anywhere",
                note:
                    "Greatest distance from the target over 1 + its length, of the common model and of another user's; "
                    + "three honest users with five samples each.", .calculation(LicchaviTheory.placement)),
            PackFigure(
                "Gains found by lying",
                note: "How much nearer the best of many lies brought models: mean and greatest over searches.",
                .calculation(LicchaviTheory.searchName)),
            PackFigure(
                "Answers of one's own",
                note: "ρ* nearer by so much, at most, by lying in I answers a coordinate.",
                .calculation(LicchaviTheory.dataName)),
            PackFigure("Gain without bound", .calculation(LicchaviTheory.counterexample)),
            PackFigure(
                "Rotated l1",
                note: "Honest loss over the least found by lying, mean over instances: 1 where nothing is gained. "
                    + "Spread: of each user's queries around what they have in common.",
                .shades(LicchaviTheory.rotationName)),
            PackFigure(
                "Steep losses",
                note: "Share of draws in which the gradient-PAC inequality holds wherever it was tried.",
                .shades(LicchaviTheory.steepness)),
            PackFigure(
                "What is preferred is learned",
                note: "Mean ‖θ*_h − θ†_h‖ over numbers of answers, by coupling and by how far out three hostile users "
                    + "hold their models.", .shades(LicchaviTheory.recovery)),
            PackFigure(
                "One strategic node among ten",
                note:
                    "Over the target's distance from the common model without attack: how far that is moved, how far "
                    + "it still is from the target, and how far honest copies are at most from their mean.",
                .shades(LicchaviNodes.name)),
            PackFigure("Bounds", note: "Greatest found over the bound.", .calculation(LicchaviTheory.bounds)),
        ]
    }
}
