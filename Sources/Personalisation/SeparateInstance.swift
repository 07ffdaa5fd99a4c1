// SeparateInstance: random nodes with weighted l1 couplings and coordinate-wise queries, where LICCHAVI has its
// guarantees; exact, coordinate by coordinate.
import Kernels

/// Nodes whose samples and regularisers touch one coordinate each, and a user who cares.
public struct SeparateInstance: Sendable {
    /// d.
    public let dimension: Int
    /// Of each coordinate, the nodes but the user.
    public private(set) var others: [[CoordinateProblem.Member]]
    /// λ_sΔ_sj of the user.
    public let weights: [Double]
    /// θ†_s.
    public let wish: [Double]
    public let regularisation: Double

    /// One to five other nodes of one to four coordinates, some of them fixed.
    public init(random: inout RandomStream) {
        let (size, count) = (1 + random.below(4), 1 + random.below(5))
        others = (0..<size).map { _ in
            (0..<count).map { _ in
                CoordinateProblem.Member(
                    curvature: random.below(6) == 0 ? .infinity : 0.1 + Double(random.below(50)),
                    centre: 2 * random.gaussian(), weight: 0.1 + 2 * random.uniform())
            }
        }
        weights = (0..<size).map { _ in 0.1 + 2 * random.uniform() }
        wish = (0..<size).map { _ in 3 * random.gaussian() }
        regularisation = Elementary.exp(-6 * random.uniform())
        dimension = size
    }

    /// ρ* and the θ*_t of the others for a report of the user.
    ///
    /// - Parameters:
    ///   - report: where its model is, or the mean answer of its samples.
    ///   - samples: I of them on every coordinate; infinite for a parameter player.
    public func outcome(
        of report: [Double], samples: Double = .infinity
    ) -> (common: [Double], personal: [[Double]]) {
        var (common, personal): ([Double], [[Double]]) = ([], others[0].map { _ in [] })
        for j in 0..<dimension {
            let user = CoordinateProblem.Member(curvature: samples, centre: report[j], weight: weights[j])
            let model = CoordinateProblem(others[j] + [user], regularisation: regularisation).solve()
            common.append(model)
            for (t, member) in others[j].enumerated() { personal[t].append(member.model(for: model)) }
        }
        return (common, personal)
    }

    /// How much nearer models come by lying, at most, of what was tried: ρ* alone, each θ*_t, and all of them as one
    /// long vector, each in a norm of its own that signs do not change. Distances are of the order of 1.
    public func gain(tries: Int, random: inout RandomStream) -> Double {
        let whole = AbsoluteNorm(count: dimension * (1 + others[0].count), random: &random)
        let alone = AbsoluteNorm(count: dimension, random: &random)
        var greatest = 0.0
        for aim in 0..<others[0].count + 2 {
            func loss(_ report: [Double]) -> Double {
                let (common, personal) = outcome(of: report)
                switch aim {
                case 0: return alone(common - wish)
                case 1: return whole((common - wish) + personal.flatMap { $0 - wish })
                default: return alone(personal[aim - 2] - wish)
                }
            }
            let best = ReportSearch(from: wish, tries: tries).best(random: &random, loss: loss).loss
            greatest = max(greatest, loss(wish) - best)
        }
        return greatest
    }

    /// How much nearer ρ* comes by lying in `samples` answers a coordinate, over N(λ_sΔ_sj/I): at most 1, since a pull
    /// that is not at its limit is that near already.
    public func dataGain(samples: Double, tries: Int, random: inout RandomStream) -> (absolute: Double, ratio: Double) {
        let norm = AbsoluteNorm(count: dimension, random: &random)
        func loss(_ report: [Double]) -> Double { norm(outcome(of: report, samples: samples).common - wish) }
        let honest = loss(wish)
        let best = ReportSearch(from: wish, tries: tries).best(random: &random, loss: loss).loss
        return (honest - best, (honest - best) / norm(weights.map { $0 / samples }))
    }

    /// |θ*_hj − ā_hj| of every other node over λ_hΔ_hj/I_j, for one behaviour of everybody else: at most 1, whatever
    /// they do.
    public func greatestDrift(_ report: [Double]) -> Double {
        let personal = outcome(of: report).personal
        var greatest = 0.0
        for j in 0..<dimension {
            for (t, member) in others[j].enumerated() where member.curvature < .infinity {
                let drift = abs(personal[t][j] - member.centre) * member.curvature / member.weight
                greatest = max(greatest, drift)
            }
        }
        return greatest
    }
}
