// Every coupling: gradients against differences, Grad, the proximal step against a search; and the limits of a node
// that pulls the common model as far as it may, on an instance with a closed form.
import Registry
import TestSupport
import Testing

@testable import Learning

@Suite("Couplings")
struct CouplingTests {
    private static let vectors: [[Double]] = (1..<9).map { seed in
        seededValues(5, seed: UInt64(seed)).map { Double($0) * Double(seed) / 2 }
    }

    /// The coupling at its defaults and at other values.
    private static func subjects(_ type: any Coupling.Type) throws -> [any Coupling] {
        var choices: [[(name: String, value: ParameterValue)]] = [[]]
        if type.parameters.contains(where: { $0.name == "lambda" }) { choices.append([("lambda", .number(0.7))]) }
        if type.parameters.contains(where: { $0.name == "delta" }) { choices.append([("delta", .text("1,.5,2,3,.1"))]) }
        if type.parameters.contains(where: { $0.name == "q" }) {
            for (p, q) in [(1.5, "1"), (3, "1.5"), (1.2, "4"), (2, "infinity"), (4, "2")] {
                choices.append([("lambda", .number(0.3)), ("p", .number(p)), ("q", .text(q))])
            }
        }
        return try choices.map { try type.init(ParameterValues($0, declared: type.parameters, key: "")) }
    }

    private static func distance(_ x: [Double], _ y: [Double]) -> Double {
        zip(x, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }

    static let slopes = Law(
        "the gradient is the slope of the value", brokenBy: SteepCoupling.self as any Coupling.Type
    ) { type, verdict in
        for coupling in try subjects(type) {
            for u in vectors {
                let gradient = coupling.gradient(u)
                for j in u.indices {
                    let h = 1e-5
                    var (low, high) = (u, u)
                    low[j] -= h
                    high[j] += h
                    let slope = (coupling.value(high) - coupling.value(low)) / (2 * h)
                    verdict.expect(
                        (slope - gradient[j]).magnitude <= 1e-6 * max(1, slope.magnitude),
                        "\(coupling): \(gradient[j]) for \(slope)")
                }
            }
        }
    }

    static let admissible = Law(
        "gradients are in Grad, and within its bound", brokenBy: SteepCoupling.self as any Coupling.Type
    ) { type, verdict in
        for coupling in try subjects(type) {
            for gradient in vectors.map({ coupling.gradient($0) }) {
                let way = coupling.distance(ofGradient: gradient)
                verdict.expect(way <= 1e-12, "\(coupling): outside by \(way)")
                guard let bound = coupling.bound(dimension: gradient.count) else { continue }
                verdict.expect(gradient.norm <= bound * (1 + 1e-12), "\(coupling): above \(bound)")
            }
        }
    }

    static let nearest = Law(
        "Grad is convex, and its projection the nearest point", brokenBy: HalfWayCoupling.self as any Coupling.Type
    ) { type, verdict in
        for coupling in try subjects(type) {
            for (v, w) in zip(vectors, vectors.dropFirst()) {
                let point = coupling.projected(v)
                verdict.expect(distance(coupling.projected(point), point) <= 1e-12, "\(coupling): a second one moves")
                // The way to the nearest point of a convex set makes no sharp angle with the set.
                let other = coupling.gradient(w)
                let angle = v.indices.reduce(0) { $0 + (v[$1] - point[$1]) * (other[$1] - point[$1]) }
                verdict.expect(angle <= 1e-9, "\(coupling): \(other) is nearer to \(v)")
            }
        }
    }

    static let proximity = Law(
        "no point in reach is better than the proximal step", brokenBy: HalfWayCoupling.self as any Coupling.Type
    ) { type, verdict in
        for coupling in try subjects(type) {
            for (index, w) in vectors.enumerated() {
                let t = 0.1 * Double(index + 1)
                func cost(_ u: [Double]) -> Double {
                    distance(u, w) * distance(u, w) / (2 * t) + coupling.value(u)
                }
                let u = coupling.proximal(w, step: t)
                let least = cost(u)
                for way in vectors {
                    for h in [1e-3, -1e-3, 1e-2, -1e-2, 0.1, -0.1, 1, -1] {
                        let other = zip(u, way).map { $0 + h * $1 }
                        verdict.expect(cost(other) >= least - 1e-12, "\(coupling): \(other) is better than \(u)")
                    }
                }
                // It stands where the step came from: (w − u) / t is a subgradient.
                let slope = zip(w, u).map { ($0 - $1) / t }
                let off = distance(coupling.subgradient(u, nearest: slope), slope)
                verdict.expect(off <= 1e-6, "\(coupling): \(off) from a subgradient")
            }
        }
    }

    @Test("keeps the laws", arguments: [slopes, admissible, nearest, proximity], CouplingCatalog.all.names)
    func keeps(law: Law<any Coupling.Type>, name: String) throws {
        #expect(try law.violations(of: CouplingCatalog.all.entry(named: name)) == [])
    }

    @Test("one that is made to break a law is found out", arguments: [slopes, admissible, nearest, proximity])
    func breaks(law: Law<any Coupling.Type>) throws { #expect(try !law.violationsOfCounterexample.isEmpty) }

    @Test("has the values and thresholds of its formula")
    func values() {
        let u = [3.0, -4]
        #expect(
            SquaredL2Coupling(strength: 2).value(u) == 50 && SquaredL2Coupling(strength: 2).gradient(u) == [12, -16])
        #expect(
            L2Coupling(strength: 2).value(u) == 10 && L2Coupling(strength: 2).proximal([0, -4], step: 1) == [0, -2])
        #expect(
            L2Coupling(strength: 5).proximal(u, step: 1) == [0, 0]
                && L2Coupling(strength: 2).gradient([0, 0]) == [0, 0])
        #expect(SmoothL2Coupling(strength: 2).value(u) == 2 * 26.0.squareRoot())
        let l1 = L1Coupling(strength: 2, diagonal: [0.25, 1.5])
        #expect(l1.value(u) == 13.5 && l1.gradient(u) == [0.5, -3] && l1.proximal(u, step: 1) == [2.5, -1])
        #expect(l1.gradient([0, 1]) == [0, 3] && l1.bound(dimension: 2) == (0.25 + 9).squareRoot())
        #expect(L1Coupling(strength: 2).bound(dimension: 9) == 6)
        let greatest = PowerCoupling(strength: 1, p: 2, q: .infinity)
        #expect(greatest.value(u) == 16 && greatest.gradient(u) == [0, -8])
        #expect(PowerCoupling(strength: 1, p: 2, q: 1).value(u) == 49)
    }

    @Test("at a kink the subgradient follows the slope as far as it may")
    func kinks() {
        #expect(L2Coupling(strength: 1).subgradient([0, 0], nearest: [0, -4]) == [0, -1])
        #expect(L2Coupling(strength: 1).subgradient([0, 0], nearest: [0.3, 0.4]) == [0.3, 0.4])
        #expect(L1Coupling(strength: 1).subgradient([0, 2], nearest: [-3, -4]) == [-1, 1])
        #expect(PowerCoupling(strength: 1, p: 2, q: 1).subgradient([0, 2], nearest: [9, 9]) == [4, 4])
        #expect(PowerCoupling(strength: 1, p: 2, q: .infinity).subgradient([2, -2], nearest: [3, -1]) == [3, -1])
        #expect(SquaredL2Coupling(strength: 1).subgradient([0, 0], nearest: [3, 4]) == [0, 0])
    }

    /// L_n = ½|θ − c|² with c = (1, 0) and (0, 1), λ = 1, against one who pulls towards (5, 5) as hard as it may, each
    /// step of the common model after an exact solve.
    @Test(
        "a bounded coupling stops a strategic node at the closed form",
        arguments: [("l2", (2 + 2.0.squareRoot()) / 4), ("smoothL2", 1.291_963_77), ("l1", 1), ("squaredL2", 5)])
    func limits(name: String, limit: Double) throws {
        let coupling = try CouplingCatalog.all.entry(named: name).init(
            .defaults(CouplingCatalog.all.entry(named: name).parameters))
        var common = [0.0, 0.0]
        for _ in 0..<2000 {
            var pull = [0.0, 0.0]
            for centre in [[1.0, 0], [0, 1]] {
                let away = zip(common, centre).map { $0 - $1 }
                let u = coupling.proximal(away, step: 1)
                let g = coupling.subgradient(u, nearest: zip(away, u).map { $0 - $1 })
                pull = zip(pull, g).map { $0 + $1 }
            }
            // What would bring it to the target at once, as far as it is a gradient.
            let wanted = zip(pull, common).map { -$0 + ($1 - 5) / 0.05 }
            let report = coupling.projected(wanted)
            for j in common.indices { common[j] -= 0.05 * (pull[j] + report[j]) }
        }
        for element in common { #expect((element - limit).magnitude < 1e-6, "\(element) for \(limit)") }
    }

    @Test(
        "what is not allowed is refused in one line",
        arguments: [
            ("l1", "delta", "1,0", "training.exchange.delta is '1,0'"),
            ("lp", "q", "0.5", "training.exchange.q is '0.5'"),
            ("lp", "q", "two", "a number from 1, infinity"),
        ])
    func texts(name: String, key: String, text: String, message: String) throws {
        let type = try CouplingCatalog.all.entry(named: name)
        let values = try ParameterValues([(key, .text(text))], declared: type.parameters, key: "")
        let fault = #expect(throws: ConfigurationFault.self) { try type.init(values) }
        #expect("\(try #require(fault))".contains(message))
    }

    @Test(
        "numbers out of range are refused", arguments: [("l2", "lambda", 0.0), ("l1", "lambda", -1), ("lp", "p", 0.5)])
    func numbers(name: String, key: String, number: Double) throws {
        let type = try CouplingCatalog.all.entry(named: name)
        #expect(throws: ConfigurationFault.self) {
            try ParameterValues([(key, .number(number))], declared: type.parameters, key: "training.exchange")
        }
        let one = try ParameterValues([("p", .number(1))], declared: PowerCoupling.parameters, key: "")
        #expect(throws: ConfigurationFault.self) { try PowerCoupling(one) }
    }
}
