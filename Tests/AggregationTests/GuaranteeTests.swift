// Each rule is held to the guarantee that it declares, on random honest inputs and on lies made to break it.
import Aggregation
import Kernels
import TestSupport
import Testing

@Suite("The declared guarantee")
struct GuaranteeTests {
    /// Shapes of a lie about a model; `size` is a distance that occurs among the honest ones.
    private static let lies: [@Sendable (_ direction: [Float], _ size: Float) -> [Float]] = [
        { direction, _ in direction.map { $0 * 1e6 } },
        { direction, size in direction.map { $0 * size } },
        { direction, size in direction.map { -$0 * size } },
        { direction, size in direction.map { $0 * size * 0.999 } },
        { direction, _ in direction.map { $0 * 1e-3 } },
        { direction, _ in direction.map { $0 < 0 ? -1e30 : 1e30 } },
    ]

    /// An instance, the rows of which liars send, and the honest rest.
    private struct Attacked {
        var instance: MixingInstance
        var liars: Set<Int>
        var honest: [Int] { instance.neighbours.indices.filter { !liars.contains($0) } }
    }

    /// Liars of at most the budget, in the direction that the honest ones pull to, or some other one.
    private func attacked(_ seed: InstanceSeed, count: Int, liarCount: Int, lie: Int) -> Attacked {
        var random = seed.random
        let dimension = 1 + random.below(6)
        let own = random.vector(dimension)
        var instance = MixingInstance(
            own: own, neighbours: [], weights: random.weights(count), budget: Budget(count: 0, weight: 0))
        for _ in 0..<count {
            let reach = [0.2, 1, 5][random.below(3)]
            instance.neighbours.append(zip(own, random.vector(dimension, deviation: reach)).map { $0 + $1 })
        }
        let liars = Set(random.order(count).prefix(liarCount))
        let lightest = liars.reduce(0) { $0 + instance.weights[$1] }
        instance.budget = Budget(count: liarCount, weight: lightest)
        var attacked = Attacked(instance: instance, liars: liars)
        let offsets = instance.plain.offsets
        var direction = random.vector(dimension)
        if seed.number.isMultiple(of: 2) {
            direction = own.indices.map { k in attacked.honest.reduce(0) { $0 + Float(offsets[$1][k]) } }
        }
        let length = Float(norm(direction.map(Double.init)))
        direction = direction.map { $0 / max(length, 1e-6) }
        let sizes = attacked.honest.map { Float(norm(offsets[$0])) }.sorted()
        let size = sizes.isEmpty ? 1 : sizes[random.below(sizes.count)]
        for liar in liars {
            attacked.instance.neighbours[liar] = zip(own, Self.lies[lie](direction, size)).map { $0 + $1 }
        }
        return attacked
    }

    @Test("holds on random instances", arguments: CatalogRule.all, InstanceSeed.all)
    func holds(rule: CatalogRule, seed: InstanceSeed) throws {
        for lie in Self.lies.indices {
            for liarCount in 0...3 {
                // As many as a trimming rule needs, and some more.
                let perLiar = if case .honestBox(let perLiar) = rule.type.guarantee { max(1, perLiar) } else { 2 }
                let count = perLiar * liarCount + 1 + seed.number % 5
                let attacked = attacked(seed, count: count, liarCount: liarCount, lie: lie)
                let next = try attacked.instance.mixed(by: rule.type).next
                switch rule.type.guarantee {
                case .none, .ofRuns: break
                case .isolation: #expect(next == attacked.instance.own)
                case .honestBox: expectHonestBox(next, attacked)
                case .summation(let coefficient): expectSummation(next, attacked, coefficient: coefficient)
                }
            }
        }
    }

    @Test(
        "the best oracle's coefficient is 1, the reference code's is 2 where weights are equal",
        arguments: InstanceSeed.all)
    func variants(seed: InstanceSeed) throws {
        func rule(_ type: any GossipRule.Type, _ name: String, _ value: String) throws -> any GossipRule {
            try type.init(ParameterValues([(name, .text(value))], declared: type.parameters, key: "rule"))
        }
        for lie in Self.lies.indices {
            for liarCount in 1...3 {
                var attacked = attacked(seed, count: 2 * liarCount + seed.number % 5, liarCount: liarCount, lie: lie)
                attacked.instance.liars = attacked.liars
                var oracle = try rule(ClippedGossip.self, "mode", "oracleOpt")
                expectSummation(attacked.instance.mixed(by: &oracle).next, attacked, coefficient: 1)
                attacked.instance.weights = attacked.instance.weights.map { _ in 0.1 }
                attacked.instance.budget.weight = 0.1 * Double(liarCount)
                var reference = try rule(ClippedSumPlus.self, "boundary", "refcode")
                expectSummation(attacked.instance.mixed(by: &reference).next, attacked, coefficient: 2)
            }
        }
    }

    @Test("one neighbour moves a model no farther than the rule allows, whatever it sends", arguments: InstanceSeed.all)
    func influence(seed: InstanceSeed) throws {
        let instance = seed.instance
        var silent = instance
        silent.neighbours[0] = instance.own
        func moved(_ type: any GossipRule.Type, _ lie: Float) throws -> [Double] {
            var lying = instance
            lying.neighbours[0] = instance.own.map { $0 + lie }
            return zip(try lying.mixed(by: type).next, try silent.mixed(by: type).next).map { Double($0) - Double($1) }
        }
        let rounding = 1e-5 * Double(instance.magnitude)
        for lie in [-1e30, -1, 1e-3, 1, 1e30] as [Float] {
            let clipped = norm(try moved(SelfCentredClipping.self, lie))
            #expect(clipped <= 1 / Double(instance.neighbours.count + 1) + rounding)
            let pulled = try moved(TotalVariationPenalty.self, lie)
            #expect(pulled.allSatisfy { $0.magnitude <= MixingInstance.stepSize * 0.005 + rounding })
        }
    }

    private func expectHonestBox(_ next: [Float], _ attacked: Attacked) {
        let honest = attacked.honest.map { attacked.instance.neighbours[$0] } + [attacked.instance.own]
        for k in next.indices {
            let values = honest.map { $0[k] }.sorted()
            let rounding = 4e-6 * max(values[0].magnitude, values[values.count - 1].magnitude)
            #expect(next[k] >= values[0] - rounding && next[k] <= values[values.count - 1] + rounding)
        }
    }

    /// |Φ − Σ w_j z_j|² ≤ ρ b Σ w_j |z_j|² over the honest neighbours, where Φ is what moves the model.
    private func expectSummation(_ next: [Float], _ attacked: Attacked, coefficient: Double) {
        let plain = attacked.instance.plain
        var deviation = zip(next, plain.own).map { Double($0) - $1 }
        var spread = 0.0
        for row in attacked.honest {
            let offset = plain.offsets[row]
            for k in deviation.indices { deviation[k] -= plain.weights[row] * offset[k] }
            spread += plain.weights[row] * norm(offset) * norm(offset)
        }
        let bound = (coefficient * plain.budgetWeight * spread).squareRoot()
        #expect(norm(deviation) <= bound + 1e-5 * (norm(plain.own) + spread.squareRoot()))
    }

    @Test("a rule without one gives way to a single liar")
    func weightedMean() throws {
        let instance = MixingInstance(
            own: [0], neighbours: [[0], [0], [1e6]], weights: [0.25, 0.25, 0.25], budget: Budget(count: 1, weight: 0.25)
        )
        #expect(try instance.mixed(by: WeightedMean.self).next == [2.5e5])
    }
}
