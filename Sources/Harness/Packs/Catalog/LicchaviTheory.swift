// What licchavi computes: small instances of every theorem, drawn at random or known, solved to rounding.
import Kernels
import Personalisation

/// The tables of the pack at one scale.
struct LicchaviTheory {
    /// For strategyproofness.
    let searches: Int
    /// Instances of everything else that is drawn.
    let draws: Int
    /// Lies that each of those tries.
    let tries: Int
    /// The greatest number of answers.
    let mostSamples: Int

    var calculations: [Calculation] {
        [
            steepnessTable, recoveryTable, placementTable, searchTable, dataTable, responseTable, counterexampleTable,
            rotationTable, boundTable,
        ]
    }

    private static func stream(_ draw: Int, lane: Int = 0) -> RandomStream {
        RandomStream(seed: UInt64(draw), purpose: .attack, lane: lane)
    }

    static func row(_ samples: Int) -> String { "\(samples)" }

    // MARK: Answers

    static let steepness = "steep losses"
    static let recovery = "recovery"
    static let couplings: [(name: String, term: NormPower)] = [
        ("l1", NormPower.l1(1, dimension: 2)),
        ("squared l2", NormPower(weight: 1, power: 2, norm: 2, dimension: 2)),
    ]
    /// Of others who hold their models where they may be for good reasons, and of hostile ones.
    private static let distances = [1, 10, 10_000]

    /// 10, 100, … up to the most.
    var samples: [Int] { sequence(first: 10) { $0 * 10 }.prefix { $0 <= mostSamples }.map { $0 } }

    /// A of the gradient-PAC inequality.
    static func slope(_ kind: AnsweringUser.Kind) -> Double { kind == .linear ? 0.25 : 0.05 }

    static func column(_ kind: AnsweringUser.Kind, _ coupling: String, _ distance: Int) -> String {
        "\(kind), \(coupling), \(distance) away"
    }

    private var steepnessTable: Calculation {
        Calculation(Self.steepness) { shouldStop in
            var table = CalculatedTable(rows: "answers", columns: AnsweringUser.Kind.allCases.map(\.rawValue))
            for samples in samples {
                var shares: [Double] = []
                for kind in AnsweringUser.Kind.allCases {
                    let user = AnsweringUser(kind, wish: [0.6, -0.8, 0])
                    var steep = 0
                    for draw in 0..<draws {
                        guard !shouldStop() else { return nil }
                        var random = Self.stream(draw, lane: samples)
                        let loss = user.answers(samples, random: &random)
                        let holds = user.isSteep(
                            loss, samples: samples, slope: Self.slope(kind), slack: 1, exponent: 0.75,
                            directions: 10, random: &random)
                        if holds { steep += 1 }
                    }
                    shares.append(Double(steep) / Double(draws))
                }
                table.add(Self.row(samples), shares)
            }
            return table
        }
    }

    private var recoveryTable: Calculation {
        let columns = AnsweringUser.Kind.allCases.flatMap { kind in
            Self.couplings.flatMap { coupling in Self.distances.map { Self.column(kind, coupling.name, $0) } }
        }
        return Calculation(Self.recovery) { shouldStop in
            var table = CalculatedTable(rows: "answers", columns: columns)
            for samples in samples {
                var errors: [Double] = []
                for kind in AnsweringUser.Kind.allCases {
                    let user = AnsweringUser(kind, wish: [1, -0.5])
                    for coupling in Self.couplings {
                        for distance in Self.distances {
                            var sum = 0.0
                            let count = max(4, draws / 5)
                            for draw in 0..<count {
                                guard !shouldStop() else { return nil }
                                var random = Self.stream(draw, lane: samples)
                                sum += user.error(
                                    samples: samples, others: Double(distance), coupling: coupling.term,
                                    random: &random)
                            }
                            errors.append(sum / Double(count))
                        }
                    }
                }
                table.add(Self.row(samples), errors)
            }
            return table
        }
    }

    /// The error with hostile users far out over that with nearer ones.
    func growth(
        _ evidence: Evidence, _ kind: AnsweringUser.Kind, _ coupling: String, _ samples: Int
    ) throws(MissingFigure) -> Double {
        let row = Self.row(samples)
        return try evidence.number(Self.recovery, row, Self.column(kind, coupling, Self.distances[2]))
            / evidence.number(Self.recovery, row, Self.column(kind, coupling, Self.distances[1]))
    }

    /// a of errors like I^−a, between 100 answers and the most, the mean over couplings.
    func rate(_ evidence: Evidence, _ kind: AnsweringUser.Kind, hostile: Bool) throws(MissingFigure) -> Double {
        var sum = 0.0
        // Hostile users under squared l2 pull the harder the farther they are.
        let couplings = hostile ? Array(Self.couplings.prefix(1)) : Self.couplings
        for (coupling, _) in couplings {
            let column = Self.column(kind, coupling, Self.distances[hostile ? 2 : 0])
            let first = try evidence.number(Self.recovery, Self.row(100), column)
            let last = try evidence.number(Self.recovery, Self.row(mostSamples), column)
            sum += Elementary.log(first / last) / Elementary.log(Double(mostSamples) / 100)
        }
        return sum / Double(couplings.count)
    }

    // MARK: Anywhere

    static let placement = "placement"
    static let parameter = "common, by a parameter"
    static let few = "common, by 10,000 samples"
    static let many = "common, by 1,000,000 samples"
    static let another = "another's, by a parameter"
    static let powers: [(Double, Double)] = [
        (2, 2), (2, 1), (2, .infinity), (1.5, 1.5), (1.5, 3), (3, 1.5), (3, 1), (1.5, .infinity), (2, 4),
    ]
    static func row(_ p: Double, _ q: Double) -> String {
        "p = \(significant(p)), q = \(q == .infinity ? "∞" : significant(q))"
    }

    private var placementTable: Calculation {
        Calculation(Self.placement) { shouldStop in
            var table = CalculatedTable(
                rows: "coupling", columns: [Self.parameter, Self.few, Self.many, Self.another])
            for (p, q) in Self.powers {
                var greatest = [0.0, 0, 0, 0]
                for draw in 0..<max(2, draws / 5) {
                    guard !shouldStop() else { return nil }
                    var random = Self.stream(draw)
                    let trial = PlacementTrial(power: p, norm: q, random: &random)
                    let misses = [
                        trial.miss(), trial.miss(samples: 1e4), trial.miss(samples: 1e6), trial.miss(personal: true),
                    ]
                    let size = 1 + orderNorm(trial.target, 2)
                    for (place, miss) in misses.enumerated() {
                        greatest[place] = max(greatest[place], (miss ?? .infinity) / size)
                    }
                }
                table.add(Self.row(p, q), greatest)
            }
            return table
        }
    }

    func miss(_ evidence: Evidence, _ column: String) throws(MissingFigure) -> Double {
        var greatest = 0.0
        for (p, q) in Self.powers {
            greatest = max(greatest, try evidence.number(Self.placement, Self.row(p, q), column))
        }
        return greatest
    }

    // MARK: Nothing gained

    static let searchName = "searches"
    static let most = "greatest"
    static let separateRow = "one coordinate a query"
    static let slantedRow = "several coordinates a query"

    private var searchTable: Calculation {
        Calculation(Self.searchName) { shouldStop in
            var table = CalculatedTable(rows: "queries", columns: ["searches", "mean", Self.most])
            func add(_ name: String, _ count: Int, _ gain: (inout RandomStream) -> Double) -> Bool {
                var (sum, greatest) = (0.0, 0.0)
                for draw in 0..<count {
                    guard !shouldStop() else { return false }
                    var random = Self.stream(draw, lane: 1)
                    let gain = gain(&random)
                    sum += gain
                    greatest = max(greatest, gain)
                }
                table.add(name, [Double(count), sum / Double(count), greatest])
                return true
            }
            let isSeparateDone = add(Self.separateRow, searches) { random in
                SeparateInstance(random: &random).gain(tries: 100, random: &random)
            }
            let isDone =
                isSeparateDone
                && add(Self.slantedRow, draws) { random in
                    let instance = SlantedInstance(
                        nodes: 2, dimension: 2, spread: 0.3, answers: .values, random: &random)
                    let found = instance.distances(.own, tries: tries, random: &random)
                    return found.honest - found.best
                }
            return isDone ? table : nil
        }
    }

    static let dataName = "own answers"
    static let ratio = "greatest gain/N(λΔ/I)"
    static let ownSamples = [1, 3, 10, 30, 100, 300, 1_000]

    private var dataTable: Calculation {
        Calculation(Self.dataName) { shouldStop in
            var table = CalculatedTable(rows: "answers", columns: ["greatest gain", Self.ratio])
            for samples in Self.ownSamples {
                var (absolute, ratio) = (0.0, 0.0)
                for draw in 0..<max(60, searches / 5) {
                    guard !shouldStop() else { return nil }
                    var random = Self.stream(draw, lane: 2)
                    let gain = SeparateInstance(random: &random).dataGain(
                        samples: Double(samples), tries: 200, random: &random)
                    absolute = max(absolute, gain.absolute)
                    ratio = max(ratio, gain.ratio)
                }
                table.add(Self.row(samples), [absolute, ratio])
            }
            return table
        }
    }

    // MARK: Known instances

    static let response = "response"
    /// In hundredths.
    static let reports = Array(stride(from: -500, through: 500, by: 10))

    /// Three honest L = 5(θ − a)², a = 0, 1, 2, and a fourth user at w.
    private static func common(_ report: Double, _ coupling: NormPower) -> Double {
        let root = 10.0.squareRoot()
        let honest = [0.0, 1, 2].map { wish in
            CommonModelProblem.Participant(
                .loss(ValueAnswers(queries: [[root]], answers: [root * wish])), coupling)
        }
        return CommonModelProblem(
            dimension: 1, honest + [.init(.fixed([report]), coupling)],
            regulariser: NormPower(weight: 0.01, power: 2, norm: 2, dimension: 1)
        ).solve().common[0]
    }

    private static let l1OnLine = NormPower.l1(1, dimension: 1)
    private static let squareOnLine = NormPower(weight: 1, power: 2, norm: 2, dimension: 1)

    private var responseTable: Calculation {
        Calculation(Self.response) { shouldStop in
            var table = CalculatedTable(rows: "report, hundredths", columns: ["l1", "squared l2"])
            for report in Self.reports {
                guard !shouldStop() else { return nil }
                let w = Double(report) / 100
                table.add("\(report)", [Self.common(w, Self.l1OnLine), Self.common(w, Self.squareOnLine)])
            }
            return table
        }
    }

    static let counterexample = "counter-example"
    static let gain = "gain"
    static let known = "closed form"
    static let turned = "greatest found, rotated"
    static let printedRow = "as printed, a = 10"
    static func slantRow(_ slant: Double) -> String { "a = \(significant(slant))" }
    static let unbounded = [
        UnboundedGain(slant: 9, ridge: 0.05, wish: 0.03, regularisation: 1),
        UnboundedGain(slant: 10, ridge: 0.001, wish: 1, regularisation: 0.001),
        UnboundedGain(slant: 100, ridge: 0.001, wish: 1, regularisation: 0.001),
        UnboundedGain(slant: 1_000, ridge: 1e-4, wish: 1, regularisation: 1e-4),
    ]

    private var counterexampleTable: Calculation {
        Calculation(Self.counterexample) { _ in
            var table = CalculatedTable(rows: "instance", columns: [Self.gain, Self.known, Self.turned])
            for instance in Self.unbounded {
                var random = Self.stream(1, lane: 6)
                let turned = instance.rotatedGain(tries: 4 * tries, random: &random)
                table.add(Self.slantRow(instance.slant), [instance.gain, instance.knownGain, turned])
            }
            let printed = UnboundedGain(slant: 10, ridge: 0.001, wish: 1, regularisation: 1)
            let report = [(1 + 2 * printed.ridge) / printed.slant, 1]
            table.add(Self.printedRow, [printed.loss(of: printed.target) / printed.loss(of: report), nil, nil])
            return table
        }
    }

    // MARK: Rotated

    static let rotationName = "rotated l1"

    struct Rotation {
        let nodes: Int
        let spread: Double
        let answers: SlantedInstance.Answers

        var row: String {
            "\(nodes) other\(nodes == 1 ? "" : "s"), \(answers), spread \(significant(spread))"
        }
    }

    static let rotations = [
        Rotation(nodes: 1, spread: 0, answers: .values), Rotation(nodes: 2, spread: 0, answers: .values),
        Rotation(nodes: 2, spread: 0.1, answers: .values), Rotation(nodes: 2, spread: 1, answers: .values),
        Rotation(nodes: 1, spread: 0, answers: .signs), Rotation(nodes: 2, spread: 0.1, answers: .signs),
        Rotation(nodes: 2, spread: 1, answers: .signs),
    ]

    private static func column(_ axes: SlantedInstance.Axes, mean: Bool) -> String {
        let name =
            switch axes {
            case .own: "plain"
            case .rotated: "rotated"
            case .rotatedByData: "rotated by data"
            }
        return "\(name), \(mean ? "mean" : "greatest")"
    }

    private var rotationTable: Calculation {
        Calculation(Self.rotationName) { shouldStop in
            var table = CalculatedTable(
                rows: "instance",
                columns: SlantedInstance.Axes.allCases.flatMap {
                    [Self.column($0, mean: true), Self.column($0, mean: false)]
                })
            for rotation in Self.rotations {
                var values: [Double] = []
                for axes in SlantedInstance.Axes.allCases {
                    var (sum, greatest) = (0.0, 0.0)
                    for draw in 0..<draws {
                        guard !shouldStop() else { return nil }
                        var random = Self.stream(draw, lane: 3)
                        let instance = SlantedInstance(
                            nodes: rotation.nodes, dimension: 2, spread: rotation.spread, answers: rotation.answers,
                            random: &random)
                        let gain = instance.distances(axes, tries: tries, random: &random).gain
                        sum += gain
                        greatest = max(greatest, gain)
                    }
                    values += [sum / Double(draws), greatest]
                }
                table.add(rotation.row, values)
            }
            return table
        }
    }

    /// The greatest found.
    func rotationGain(
        _ evidence: Evidence, nodes: Int, _ spread: Double, _ answers: SlantedInstance.Answers,
        _ axes: SlantedInstance.Axes
    ) throws(MissingFigure) -> Double {
        let rotation = Rotation(nodes: nodes, spread: spread, answers: answers)
        return try evidence.number(Self.rotationName, rotation.row, Self.column(axes, mean: false))
    }

    /// How much of the mean gain is left by rotating, where it is left most.
    func rotationShare(
        _ evidence: Evidence, where isMeant: (_ spread: Double) -> Bool
    ) throws(MissingFigure) -> Double {
        var greatest = 0.0
        for rotation in Self.rotations where isMeant(rotation.spread) {
            let plain = try evidence.number(Self.rotationName, rotation.row, Self.column(.own, mean: true)) - 1
            let rotated = try evidence.number(Self.rotationName, rotation.row, Self.column(.rotated, mean: true)) - 1
            greatest = max(greatest, rotated / plain)
        }
        return greatest
    }

    // MARK: Bounds

    static let bounds = "bounds"
    static let greatest = "greatest"
    static let relativeRow = "relative to disagreement"
    static let driftRow = "drift of a coordinate"
    static let hitRow = "report 15.05, squared l2"
    static let absolutes: [(name: String, norm: Double, power: Double)] = [
        ("l1, p0 = 2", 1, 2), ("l2, p0 = 2", 2, 2), ("l1, p0 = 3", 1, 3), ("l2, p0 = 3", 2, 3),
    ]

    private var boundTable: Calculation {
        Calculation(Self.bounds) { shouldStop in
            var table = CalculatedTable(rows: "bound", columns: [Self.greatest])
            for absolute in Self.absolutes {
                var greatest = 0.0
                for draw in 0..<draws {
                    var random = Self.stream(draw, lane: 4)
                    greatest = max(
                        greatest,
                        HonestBound.absoluteRatio(
                            norm: absolute.norm, power: absolute.power, isOneSided: draw % 2 == 0, random: &random))
                }
                table.add(absolute.name, [greatest])
            }
            var (relative, drift) = (0.0, 0.0)
            for draw in 0..<20 * draws {
                guard !shouldStop() else { return nil }
                var random = Self.stream(draw, lane: 5)
                relative = max(relative, HonestBound.relativeRatio(random: &random) ?? 0)
                let instance = SeparateInstance(random: &random)
                for size in [1.0, 100, 1e4] {
                    drift = max(drift, instance.greatestDrift(instance.wish.map { _ in size * random.gaussian() }))
                }
            }
            table.add(Self.relativeRow, [relative])
            table.add(Self.driftRow, [drift])
            table.add(Self.hitRow, [Self.common(15.05, Self.squareOnLine)])
            return table
        }
    }
}
