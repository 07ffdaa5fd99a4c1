// The solver of the whole problem: tabulated instances, no direction that leads lower, and coordinates solved apart.
import Kernels
import Learning
import TestSupport
import Testing

@testable import Personalisation

typealias Participant = CommonModelProblem.Participant

/// L = factor (θ − centre)², as samples.
func quadratic(_ factor: Double, _ centre: [Double]) -> ValueAnswers {
    let root = (2 * factor).squareRoot()
    let queries = centre.indices.map { j in centre.indices.map { $0 == j ? root : 0 } }
    return ValueAnswers(queries: queries, answers: root * centre)
}

func squared(_ weight: Double, _ dimension: Int) -> NormPower {
    NormPower(weight: weight, power: 2, norm: 2, dimension: dimension)
}

func expectNear(
    _ found: [Double], _ expected: [Double], _ tolerance: Double, _ note: String = "",
    at location: SourceLocation = #_sourceLocation
) {
    let distance = (found - expected).norm
    #expect(distance <= tolerance, "\(note) \(found), expected \(expected)", sourceLocation: location)
}

@Suite("The common model")
struct CommonModelTests {
    /// Two honest nodes and one whose only sample was worked out by hand; the printed answer misses.
    @Test(
        "one data point places the common model",
        arguments: [
            (0, nil, [0.5, 0.5], 1e-12), (0, ([-2, 2], 11), [-1, 2], 1e-10),
            (0, ([-2, 2], 9), [-0.7272727273, 1.7272727273], 1e-10),
            (0.1, nil, [0.3716216216, 0.3716216216], 1e-10),
            (0.1, ([-2.5375, 3.0125], 15.8359375), [-1, 2], 1e-10),
            (0.1, ([-2.125, 2.375], 12.953125), [-1.0219117119, 1.9291000532], 1e-10),
        ] as [(Double, ([Double], Double)?, [Double], Double)])
    func onePoint(ridge: Double, point: ([Double], Double)?, expected: [Double], tolerance: Double) {
        func node(_ queries: [[Double]], _ answers: [Double]) -> Participant {
            Participant(.loss(ValueAnswers(queries: queries, answers: answers, ridge: ridge)), squared(1, 2))
        }
        var nodes = [node([[1, 0], [0, 1]], [1, 0]), node([[1, 0], [0, 1]], [0, 1])]
        // Without an attack it has no data, only ν.
        let (query, answer) = point ?? ([0, 0], 0)
        nodes.append(node([query], [answer]))
        let solution = CommonModelProblem(dimension: 2, nodes).solve()
        expectNear(solution.common, expected, tolerance)
        #expect(solution.residual < 1e-10)
        if ridge == 0, point?.1 == 11 {
            expectNear(solution.personal[0], [-1 / 3, 4 / 3], 1e-9)
            expectNear(solution.personal[1], [-2 / 3, 5 / 3], 1e-9)
        }
    }

    @Test("the pull of the others at a point")
    func pull() {
        let nodes = [[1.0, 0], [0, 1]].map { centre in Participant(.loss(quadratic(0.5, centre)), squared(1, 2)) }
        let answer = CommonModelProblem(dimension: 2, nodes).respond(to: [-1, 2])
        expectNear(answer.pull, [-2, 2], 1e-10)
        expectNear(answer.pulls[0] .+ answer.pulls[1], answer.pull, 0)
        #expect(answer.common == [-1, 2])
    }

    /// θ fixed: the median with weights 1, 2, 1, 1.5, shrunk by λ0.
    @Test(
        "fixed models under l1 give the weighted median",
        arguments: [
            (1e-9, [4, 0.5]), (0.1, [4, 0.5]), (0.2, [3.75, 0.5]), (0.5, [2, 0.5]), (2, [1, 0.125]),
        ] as [(Double, [Double])])
    func median(regularisation: Double, expected: [Double]) {
        let models = [[1, -2], [4, 0.5], [2, 3], [10, -1]]
        let weights = [1, 2, 1, 1.5]
        let problem = CommonModelProblem(
            dimension: 2, zip(models, weights).map { Participant(.fixed($0), NormPower.l1($1, dimension: 2)) },
            regulariser: squared(regularisation, 2))
        let solution = problem.solve()
        expectNear(solution.common, expected, 1e-10)
        #expect(solution.separation < 1e-12)
        for j in 0..<2 {
            let apart = CoordinateProblem(
                zip(models, weights).map { .fixed($0[j], weight: $1) }, regularisation: regularisation)
            #expect(abs(apart.solve() - expected[j]) < 1e-14)
        }
    }

    /// Everything that a node may be, of random data.
    static func random(_ seed: Int) -> CommonModelProblem {
        var random = RandomStream(seed: UInt64(seed), purpose: .data)
        let size = 1 + random.below(3)
        let terms = CouplingTermTests.cases.map(\.term).filter { term in
            (term as? NormPower)?.scales.count == 3
        }
        let participants = (0..<2 + random.below(3)).map { _ -> Participant in
            let queries = (0..<4).map { _ in (0..<size).map { _ in random.gaussian() } }
            let answers = queries.map { _ in 3 * random.gaussian() }
            let wish: Participant.Wish =
                switch random.below(4) {
                case 0: .fixed((0..<size).map { _ in 4 * random.gaussian() })
                case 1:
                    .loss(LocalLoss.logistic(zip(queries, answers).map { DataPoint($0, $1 < 0 ? -1 : 1) }, ridge: 0.1))
                default: .loss(ValueAnswers(queries: queries, answers: answers, ridge: 0.05))
                }
            if let power = terms[random.below(terms.count)] as? NormPower, random.below(8) > 0 {
                return Participant(
                    wish,
                    NormPower(
                        weight: power.weight, power: power.power, norm: power.norm,
                        scales: Array(power.scales.prefix(size))))
            }
            return Participant(wish, SmoothNorm(weight: 1.2))
        }
        return CommonModelProblem(dimension: size, participants, regulariser: squared(0.2, size))
    }

    private static func value(
        _ problem: CommonModelProblem, _ common: [Double], _ personal: [[Double]]
    ) -> Double {
        var sum = problem.regulariser?.value(at: common) ?? 0
        for (participant, model) in zip(problem.participants, personal) {
            sum += participant.coupling.value(at: common - model)
            if case .loss(let loss) = participant.wish { sum += loss.value(at: model) }
        }
        return sum
    }

    /// A solution, moved by so much.
    private static let lowest = Law<Double>("no direction leads lower", brokenBy: 1e-3) { moved, verdict in
        for seed in 0..<40 {
            let problem = random(seed)
            let solution = problem.solve()
            verdict.expect(solution.residual < 1e-9 && solution.separation < 1e-11, "\(seed): \(solution)")
            let common = solution.common.map { $0 + moved }
            let here = value(problem, common, solution.personal)
            var random = RandomStream(seed: UInt64(seed), purpose: .measurement)
            for step in [1e-5, 1e-3, 0.1] {
                for _ in 0..<8 {
                    let other = common.map { $0 + step * random.gaussian() }
                    let models = zip(problem.participants, solution.personal).map { participant, model in
                        if case .fixed = participant.wish { return model }
                        return model.map { $0 + step * random.gaussian() }
                    }
                    verdict.expect(
                        value(problem, other, models) >= here - 1e-11 * (1 + abs(here)), "seed \(seed), step \(step)")
                }
            }
        }
    }

    @Test("random problems with every coupling are solved")
    func directions() throws {
        #expect(try Self.lowest.violations(of: 0) == [])
        #expect(try !Self.lowest.violationsOfCounterexample.isEmpty)
    }

    @Test("where every sample touches one coordinate, coordinates can be solved apart")
    func coordinates() {
        for seed in 0..<40 {
            var random = RandomStream(seed: UInt64(seed), purpose: .data)
            let members = (0..<1 + random.below(4)).map { _ in
                CoordinateProblem.Member(
                    curvature: random.below(3) == 0 ? .infinity : 0.2 + 5 * random.uniform(),
                    centre: 3 * random.gaussian(), weight: 0.1 + random.uniform())
            }
            let power = [2, 3, 1.5][random.below(3)]
            let apart = CoordinateProblem(members, regularisation: 0.1, power: power)
            let participants = members.map { member -> Participant in
                let wish: Participant.Wish =
                    member.curvature == .infinity
                    ? .fixed([member.centre]) : .loss(quadratic(member.curvature / 2, [member.centre]))
                return Participant(wish, NormPower.l1(member.weight, dimension: 1))
            }
            let whole = CommonModelProblem(
                dimension: 1, participants,
                regulariser: NormPower(weight: 0.1, power: power, norm: power, dimension: 1)
            ).solve()
            let common = apart.solve()
            #expect(abs(whole.common[0] - common) < 1e-10, "seed \(seed): \(whole), \(common)")
            for (member, model) in zip(members, whole.personal) {
                #expect(abs(member.model(for: common) - model[0]) < 1e-9)
            }
        }
    }

    /// Three honest L = 5(θ − a)², a = 0, 1, 2, λ = 1; a fourth puts its model at w; λ0 = 0.01.
    @Test("what the common model does as one node's moves: cut to an interval under l1, with it under squared l2")
    func response() {
        func common(_ w: Double, _ coupling: NormPower) -> Double {
            let honest = [0.0, 1, 2].map { Participant(.loss(quadratic(5, [$0])), coupling) }
            return CommonModelProblem(
                dimension: 1, honest + [Participant(.fixed([w]), coupling)], regulariser: squared(0.01, 1)
            ).solve().common[0]
        }
        for w in [-100, -1, 0.05, 0.0998, 0.0999, 0.5, 1, 1.0978, 1.0979, 2, 1e4] {
            let cut = min(max(w, 0.0998003992), 1.0978043912)
            #expect(abs(common(w, .l1(1, dimension: 1)) - cut) < 1e-10, "\(w)")
            #expect(abs(common(w, squared(1, 1)) - (5 + 2 * w) / 7.02) < 1e-9 * (1 + abs(w)))
        }
        #expect(abs(common(15.05, squared(1, 1)) - 5) < 1e-12)
    }
}
