// Claim: one sentence of a paper as a number and the range it must lie in; JudgedClaim: what the results say of it.
import Metrics

/// What a paper claims, in a form that can fail.
public struct Claim: Sendable {
    /// Where the measured quantity has to lie.
    public enum Expectation: Sendable, Equatable {
        case above(Double), below(Double), near(Double)
    }

    /// In one sentence.
    public let statement: String
    /// What the paper has, in its words or numbers, and where.
    public let published: String
    /// What is measured, with its unit.
    public let quantity: String
    public let expectation: Expectation
    /// By how much the quantity may miss it and still count.
    public let tolerance: Double
    /// Whether the quantity is a share, or a difference of shares.
    public let isShare: Bool
    /// Whether a share is a difference of others, shown in points, and not in percent.
    public let isDifference: Bool
    /// The sweep, or the calculation with seeds, over which it is measured; `nil` where it is computed, and exact.
    public let sweep: String?
    /// Why it cannot be compared at this scale or on these data, whatever comes out.
    public let incomparable: String?
    /// The quantity for one seed.
    public let measure: @Sendable (Evidence) throws(MissingFigure) -> Double

    /// - Parameter sweep: or calculation, over whose seeds it is measured; `nil` where it is computed, and exact.
    public init(
        _ statement: String, published: String, quantity: String, _ expectation: Expectation, tolerance: Double = 0,
        isShare: Bool = true, isDifference: Bool = true, over sweep: String?, incomparable: String? = nil,
        measure: @escaping @Sendable (Evidence) throws(MissingFigure) -> Double
    ) {
        self.statement = statement
        self.published = published
        self.quantity = quantity
        self.expectation = expectation
        self.tolerance = tolerance
        self.isShare = isShare
        self.isDifference = isDifference
        self.sweep = sweep
        self.incomparable = incomparable
        self.measure = measure
    }

    /// Where the quantity may lie, with the tolerance.
    var range: ClosedRange<Double> {
        switch expectation {
        case .above(let bound): (bound - tolerance)...Double.infinity
        case .below(let bound): -Double.infinity...(bound + tolerance)
        case .near(let value): (value - tolerance)...(value + tolerance)
        }
    }

    /// The same without a bound that is not to be met: what is to be above 0 is not 0.
    var judgedRange: ClosedRange<Double> {
        switch expectation {
        case .above(let bound) where tolerance == 0: bound.nextUp...Double.infinity
        case .below(let bound) where tolerance == 0: -Double.infinity...bound.nextDown
        case .above, .below, .near: range
        }
    }

    /// The expectation in words.
    var expected: String {
        let slack = tolerance == 0 ? "" : ", give or take \(text(tolerance))"
        return switch expectation {
        case .above(let bound): "above \(text(bound))\(slack)"
        case .below(let bound): "below \(text(bound))\(slack)"
        case .near(let value): "\(figure(value)) ± \(text(tolerance))"
        }
    }

    func text(_ value: Double) -> String { figure(value) + (isShare ? isDifference ? " points" : " %" : "") }

    /// Without its unit.
    func figure(_ value: Double) -> String { isShare ? rounded(100 * value, 1) : significant(value) }
}

/// What came of a claim.
public enum ClaimVerdict: Sendable, Equatable, CustomStringConvertible {
    case holds
    case fails
    /// The interval has values on both sides.
    case notDecided
    case notComparable(String)

    /// Without the reason.
    public var name: String { kind.rawValue }

    /// A verdict without its reason, in the order in which readers want them.
    enum Kind: String, CaseIterable {
        case fails
        case notDecided = "not decided"
        case holds
        case notComparable = "not comparable"

        /// "39 hold", "1 is not decided".
        func counted(_ count: Int) -> String {
            switch self {
            case .fails: "\(count) \(count == 1 ? "fails" : "fail")"
            case .holds: "\(count) \(count == 1 ? "holds" : "hold")"
            case .notDecided, .notComparable: "\(count) \(count == 1 ? "is" : "are") \(rawValue)"
            }
        }
    }

    var kind: Kind {
        switch self {
        case .holds: .holds
        case .fails: .fails
        case .notDecided: .notDecided
        case .notComparable: .notComparable
        }
    }

    public var description: String {
        if case .notComparable(let reason) = self { "\(name): \(reason)" } else { name }
    }
}

/// A claim with the numbers that decide it.
public struct JudgedClaim: Sendable {
    public let claim: Claim
    public let verdict: ClaimVerdict
    /// `nil` where nothing could be measured.
    public let estimate: Estimate?
    /// The seeds that count, with the quantity for each.
    public let seeds: [(name: String, value: Double)]
    /// Seeds without a figure.
    public let missing: Int

    public init(_ claim: Claim, by results: PackResults) {
        self.claim = claim
        var seeds: [(name: String, value: Double)] = []
        var reasons: [String] = []
        var names = [""]
        if let sweep = claim.sweep {
            do throws(MissingFigure) {
                names = try results.seeds(of: sweep)
            } catch {
                names = []
                reasons.append(error.description)
            }
        }
        for (seed, name) in names.enumerated() {
            do throws(MissingFigure) {
                let value = try claim.measure(Evidence(results, seed: seed))
                if value.isNaN { throw MissingFigure("the quantity is not a number") }
                seeds.append((name, value))
            } catch {
                reasons.append(error.description)
            }
        }
        self.seeds = seeds
        missing = names.count - seeds.count
        estimate = seeds.isEmpty ? nil : Estimate(seeds.map(\.value))
        if let reason = claim.incomparable {
            verdict = .notComparable(reason)
        } else if let estimate {
            // Seeds without a figure may be those that would tell against it.
            let told = Self.verdict(estimate, in: claim.judgedRange)
            verdict = missing > 0 && told == .holds ? .notDecided : told
        } else {
            verdict = .notComparable(reasons.first ?? "nothing was measured")
        }
    }

    /// Where the 95 % interval lies; a single value is taken for itself.
    static func verdict(_ estimate: Estimate, in range: ClosedRange<Double>) -> ClaimVerdict {
        let half = estimate.halfWidth ?? 0
        let (low, high) = (estimate.mean - half, estimate.mean + half)
        // Infinities that cancel say nothing.
        guard !low.isNaN, !high.isNaN else { return .notDecided }
        if range.contains(low), range.contains(high) { return .holds }
        return high < range.lowerBound || low > range.upperBound ? .fails : .notDecided
    }

    /// How many seeds would decide what these do not, if mean and spread stayed what they are; `nil` where the spread
    /// says nothing, or where it would take thousands.
    static func decidingSeeds(_ estimate: Estimate, in range: ClosedRange<Double>) -> Int? {
        guard let half = estimate.halfWidth, half > 0, half.isFinite else { return nil }
        let way = min(abs(estimate.mean - range.lowerBound), abs(estimate.mean - range.upperBound))
        // The half width is t s / √n: s beside the way to the nearest bound, squared.
        let known = StudentT.criticalValue(confidence: 0.95, degreesOfFreedom: estimate.count - 1)
        let ratio = half / known / way
        let square = Double(estimate.count) * ratio * ratio
        guard square < 2_500 else { return nil }
        var seeds = estimate.count + 1
        while true {
            let wanted = StudentT.criticalValue(confidence: 0.95, degreesOfFreedom: seeds - 1)
            if wanted * wanted * square < Double(seeds) { return seeds }
            seeds += 1 + seeds / 50
        }
    }

    /// "12.3 ± 1.0 points over 3 seeds (1, 2, 3)", and where that decides nothing, how many seeds would.
    public var numbers: String {
        guard let estimate else { return "–" }
        guard claim.sweep != nil else { return claim.text(estimate.mean) }
        let mean = estimate.halfWidth.map { "\(claim.figure(estimate.mean)) ± \(claim.text($0))" }
        let names = seeds.map(\.name).joined(separator: ", ")
        let deciding = verdict == .notDecided && missing == 0 ? Self.decidingSeeds(estimate, in: claim.range) : nil
        let count = seeds.count == 1 ? " with one seed (\(names))" : " over \(seeds.count) seeds (\(names))"
        return (mean ?? claim.text(estimate.mean)) + count + (missing > 0 ? ", \(missing) without a figure" : "")
            + (deciding.map { ", some \($0) would decide" } ?? "")
    }
}
