// Each rule is held to the guarantee that it declares, on random honest inputs and on forgeries made to break it. What
// is declared of whole runs is held to what it takes in one mix: hostile nodes drag no model beyond where the honest
// are.
import Aggregation
import Registry
import Testing
import TestSupport

@Suite("The declared guarantee")
struct GuaranteeTests {
    @Test("holds on random instances", arguments: GuaranteeLaws.all, CatalogRule.everyGossip)
    func holds(law: Law<CatalogRule>, rule: CatalogRule) throws {
        let violations = try law.violations(of: rule)
        #expect(violations == [])
    }

    @Test("that a rule cannot keep is found out", arguments: GuaranteeLaws.all)
    func breaks(law: Law<CatalogRule>) throws {
        #expect(try !law.violationsOfCounterexample.isEmpty)
    }

    @Test(
        "the best oracle's coefficient is 1; the reference codes' are 2, and 4 of a neighbour more, among equal weights",
        arguments: InstanceSeed.all)
    func variants(seed: InstanceSeed) throws {
        func rule(_ type: any GossipRule.Type, _ name: String, _ value: String) throws -> any GossipRule {
            try type.init(ParameterValues([(name, .text(value))], declared: type.parameters, key: "rule"))
        }
        for forgery in ForgeryShape.allCases {
            for hostileCount in 1...3 {
                var attacked = Attacked(
                    seed, count: 2 * hostileCount + seed.number % 5, hostileCount: hostileCount, forgery)
                attacked.instance.hostile = attacked.hostile
                var oracle = try rule(ClippedGossip.self, "mode", "oracleOpt")
                #expect(attacked.summationExcess(attacked.instance.mixed(by: &oracle).next, coefficient: 1) <= 0)
                attacked.instance.weights = attacked.instance.weights.map { _ in 0.1 }
                attacked.instance.budget.weight = 0.1 * Double(hostileCount)
                var reference = try rule(ClippedSumPlus.self, "boundary", "refcode")
                #expect(attacked.summationExcess(attacked.instance.mixed(by: &reference).next, coefficient: 2) <= 0)
                var trimmed = try rule(GeometricTrimmedSum.self, "boundary", "refcode")
                let next = attacked.instance.mixed(by: &trimmed).next
                attacked.instance.budget.weight += 0.1
                #expect(attacked.summationExcess(next, coefficient: 4) <= 0)
                for rule in [reference, trimmed] { #expect(rule.guarantee != type(of: rule).guarantee) }
            }
        }
    }

    @Test("one neighbour moves a model no farther than the rule allows, whatever it sends", arguments: InstanceSeed.all)
    func influence(seed: InstanceSeed) throws {
        let instance = seed.instance
        var silent = instance
        silent.neighbours[0] = instance.own
        func moved(_ type: any GossipRule.Type, _ forgery: Float) throws -> [Double] {
            var forged = instance
            forged.neighbours[0] = instance.own.map { $0 + forgery }
            return zip(try forged.mixed(by: type).next, try silent.mixed(by: type).next).map { Double($0) - Double($1) }
        }
        let rounding = 1e-5 * Double(instance.magnitude)
        for forgery in [-1e30, -1, 1e-3, 1, 1e30] as [Float] {
            let clipped = norm(try moved(SelfCentredClipping.self, forgery))
            #expect(clipped <= 1 / Double(instance.neighbours.count + 1) + rounding)
            let pulled = try moved(TotalVariationPenalty.self, forgery)
            #expect(pulled.allSatisfy { $0.magnitude <= MixingInstance.stepSize * 0.005 + rounding })
        }
    }
}

/// Shapes of a forgery about a model.
enum ForgeryShape: CaseIterable {
    case far, near, opposite, justWithin, tiny, extreme
    /// The coordinate-wise median of the honest models, and that with a little noise.
    case median, jitteredMedian

    /// - Parameter size: a distance that occurs among the honest ones.
    func offset(_ direction: [Float], _ size: Float) -> [Float]? {
        switch self {
        case .far: direction.map { $0 * 1e6 }
        case .near: direction.map { $0 * size }
        case .opposite: direction.map { -$0 * size }
        case .justWithin: direction.map { $0 * size * 0.999 }
        case .tiny: direction.map { $0 * 1e-3 }
        case .extreme: direction.map { $0 < 0 ? -1e30 : 1e30 }
        case .median, .jitteredMedian: nil
        }
    }
}

/// An instance, the rows of which hostile nodes send, and the honest rest.
struct Attacked {
    var instance: MixingInstance
    let hostile: Set<Int>
    var honest: [Int] { instance.neighbours.indices.filter { !hostile.contains($0) } }

    /// Hostile nodes of at most the budget, in the direction that the honest ones pull to, or some other one.
    init(_ seed: InstanceSeed, count: Int, hostileCount: Int, _ forgery: ForgeryShape) {
        var random = seed.random
        let dimension = 1 + random.below(6)
        let own = random.vector(dimension)
        instance = MixingInstance(
            own: own, neighbours: [], weights: random.weights(count), budget: Budget(count: 0, weight: 0))
        for _ in 0..<count {
            let reach = [0.2, 1, 5][random.below(3)]
            instance.neighbours.append(zip(own, random.vector(dimension, deviation: reach)).map { $0 + $1 })
        }
        hostile = Set(random.order(count).prefix(hostileCount))
        let weight = hostile.reduce(0) { $0 + instance.weights[$1] }
        instance.budget = Budget(count: hostileCount, weight: weight)
        let offsets = instance.plain.offsets
        var direction = random.vector(dimension)
        if seed.number.isMultiple(of: 2) {
            direction = own.indices.map { k in honest.reduce(0) { $0 + Float(offsets[$1][k]) } }
        }
        let length = Float(norm(direction.map(Double.init)))
        direction = direction.map { $0 / max(length, 1e-6) }
        let sizes = honest.map { Float(norm(offsets[$0])) }.sorted()
        let size = sizes.isEmpty ? 1 : sizes[random.below(sizes.count)]
        let median = coordinateMedian(honest.map { instance.neighbours[$0] } + [own])
        for hostileNode in hostile.sorted() {
            if let offset = forgery.offset(direction, size) {
                instance.neighbours[hostileNode] = zip(own, offset).map { $0 + $1 }
            } else {
                let jitter = random.vector(dimension, deviation: forgery == .median ? 0 : 1e-7 * Double(size))
                instance.neighbours[hostileNode] = zip(median, jitter).map { $0 + $1 }
            }
        }
    }

    /// The distance of the farthest honest neighbour from the node's own model.
    var reach: Double { honest.map { instance.plain.distances[$0] }.max() ?? 0 }

    func distance(_ next: [Float]) -> Double { norm(zip(next, instance.own).map { Double($0) - Double($1) }) }

    /// What rounding may add to a distance.
    var rounding: Double { 1e-5 * (norm(instance.plain.own) + reach) }

    func isInHonestBox(_ next: [Float]) -> Bool {
        let models = honest.map { instance.neighbours[$0] } + [instance.own]
        return next.indices.allSatisfy { k in
            let values = models.map { $0[k] }.sorted()
            let rounding = 4e-6 * max(values[0].magnitude, values[values.count - 1].magnitude)
            return next[k] >= values[0] - rounding && next[k] <= values[values.count - 1] + rounding
        }
    }

    /// By how much |Φ − Σ w_j z_j| exceeds √(ρ b Σ w_j |z_j|²) over the honest neighbours, where Φ is what moves the
    /// model.
    func summationExcess(_ next: [Float], coefficient: Double) -> Double {
        let plain = instance.plain
        var deviation = zip(next, plain.own).map { Double($0) - $1 }
        var spread = 0.0
        for row in honest {
            let offset = plain.offsets[row]
            for k in deviation.indices { deviation[k] -= plain.weights[row] * offset[k] }
            spread += plain.weights[row] * norm(offset) * norm(offset)
        }
        let bound = (coefficient * plain.budgetWeight * spread).squareRoot()
        return norm(deviation) - bound - 1e-5 * (norm(plain.own) + spread.squareRoot())
    }
}

/// Per coordinate, the median of models that are honest.
func coordinateMedian(_ models: [[Float]]) -> [Float] {
    models[0].indices.map { k in
        let values = models.map { $0[k] }.sorted()
        return 0.5 * values[(values.count - 1) / 2] + 0.5 * values[values.count / 2]
    }
}

enum GuaranteeLaws {
    static let all = [isolation, honestBox, summation, ofRuns, none]

    /// What must hold of a rule with this kind of guarantee after each of many mixes.
    private static func law(
        _ description: String, brokenBy planted: any GossipRule.Type,
        ifDeclared isMeant: @escaping @Sendable (Guarantee) -> Bool,
        _ judge: @escaping @Sendable (CatalogRule, [Float], Attacked) throws -> Bool
    ) -> Law<CatalogRule> {
        Law(description, brokenBy: CatalogRule(type: planted)) { rule, verdict in
            guard isMeant(rule.type.guarantee) else { return }
            var checked = 0
            for seed in InstanceSeed.all {
                for (forgery, hostileCount) in ForgeryShape.allCases.flatMap({ forgery in (0...3).map { (forgery, $0) }
                }) {
                    // As many as a trimming rule needs, and some more.
                    let perHostile =
                        if case .honestBox(let perHostile) = rule.type.guarantee { max(1, perHostile) } else { 2 }
                    let count = perHostile * hostileCount + 1 + seed.number % 5
                    let attacked = Attacked(seed, count: count, hostileCount: hostileCount, forgery)
                    let weights = attacked.instance.weights
                    guard try rule.fresh.withstands(attacked.instance.budget, among: weights) else { continue }
                    checked += 1
                    let next = try attacked.instance.mixed(by: rule.type).next
                    verdict.expect(
                        try judge(rule, next, attacked),
                        "\(seed), \(hostileCount) hostile nodes of \(count), \(forgery): \(next)")
                }
            }
            verdict.expect(checked >= 100, "only \(checked) instances that it says it withstands")
        }
    }

    static let isolation = law("no neighbour has influence", brokenBy: PretendedIsolation.self) {
        $0 == .isolation
    } _: { _, next, attacked in
        next == attacked.instance.own
    }

    static let honestBox = law("no coordinate leaves the honest range", brokenBy: PretendedBox.self) {
        if case .honestBox = $0 { true } else { false }
    } _: { _, next, attacked in
        attacked.isInHonestBox(next)
    }

    static let summation = law("the summation is robust", brokenBy: PretendedSummation.self) {
        if case .summation = $0 { true } else { false }
    } _: { rule, next, attacked in
        guard case .summation(let coefficient) = rule.type.guarantee else { return false }
        return attacked.summationExcess(next, coefficient: coefficient) <= 0
    }

    static let ofRuns = law("hostile nodes drag no model beyond where the honest are", brokenBy: PretendedRuns.self) {
        switch $0 {
        case .ofNeighbourhood, .ofRuns: true
        default: false
        }
    } _: { rule, next, attacked in
        attacked.distance(next) <= OneMix.reach(of: rule.type.name, attacked) + attacked.rounding
    }

    /// Some forgery of a single neighbour moves it as far as the hostile node likes.
    static let none = Law(
        "a rule without a guarantee gives way to a single hostile node", brokenBy: CatalogRule(type: Modest.self)
    ) { (rule: CatalogRule, verdict) in
        guard rule.type.guarantee == .none else { return }
        let farthest =
            try InstanceSeed.all.map { seed in
                let attacked = Attacked(seed, count: 4, hostileCount: 1, .far)
                return try attacked.distance(attacked.instance.mixed(by: rule.type).next) / attacked.reach
            }.max() ?? 0
        verdict.expect(farthest > 1e4, "no farther than \(farthest) times the farthest honest neighbour")
    }
}

/// How far one mix may take a model while the rule withstands the hostile nodes, where nothing sharper is declared.
private enum OneMix {
    static func reach(of rule: String, _ attacked: Attacked) -> Double {
        let instance = attacked.instance
        let (honest, neighbours) = (attacked.reach, Double(instance.neighbours.count))
        let dimensions = Double(instance.own.count).squareRoot()
        return switch rule {
        // Whom they mix is no farther than the farthest honest neighbour.
        case "nna", "rtc", "ubar": honest
        // Hostile nodes weigh b, and τ² is at most (1 − b)/b times the square of that distance.
        case "clippedGossip": 1.5 * honest
        // Who is cut is farther from the mean of all than who is not.
        case "ios": 9 * honest
        // The parameters say how far: τ, ηλ for each neighbour, (1 − α)γ|x|.
        case "selfCentredClipping": 1
        case "drsa": dimensions * neighbours * MixingInstance.stepSize * 0.005
        case "balance": 0.5 * 0.3 * norm(instance.plain.own)
        case "signMajority": dimensions * 0.01
        case "centredClipping": 10
        // A set of n with an honest majority, seen from one of them: within a few honest diameters.
        default: 10 * honest * dimensions
        }
    }
}

@Suite("Guarantees as numbers")
struct GuaranteeNumbersTests {
    @Test("a set rule's factor is there for the gossip rule, and ends at the breakdown point")
    func factors() throws {
        let type = try RuleCatalog.gossip.entry(named: TrimmedMean.name)
        guard case .variance(let coefficient) = TrimmedMean.robustness else {
            Issue.record("the trimmed mean has a coefficient")
            return
        }
        #expect(type.guarantee.code == "variance")
        #expect(type.guarantee.factor(models: 10, hostile: 2) == coefficient(10, 2))
        #expect(type.guarantee.factor(models: 10, hostile: 5) == nil)
        #expect(FABA.robustness.factor(10, 3) == 6 && FABA.robustness.factor(9, 3) == nil)
        #expect(Mean.robustness.factor(10, 0) == nil && Phocas.robustness.factor(9, 4) == 1)
        #expect(ClippedSumPlus.guarantee.factor(models: 10, hostile: 2) == 2)
    }

    @Test("what comes before a rule is told with its guarantee, and leaves no number")
    func preAggregations() throws {
        let type = try RuleCatalog.gossip.entry(named: TrimmedMean.name)
        guard var rule = try type.init(.defaults(type.parameters)) as? any NeighbourhoodRule else {
            Issue.record("a rule of a set is a rule on the neighbourhood")
            return
        }
        rule.before = [Bucketing(.defaults(Bucketing.parameters))]
        #expect(
            rule.guarantee.description
                == "\(type.guarantee.description); after \(Bucketing.name), \(Bucketing.effect)")
        #expect(rule.guarantee.factor(models: 10, hostile: 2) == nil && rule.guarantee.code == "variance")
    }
}
