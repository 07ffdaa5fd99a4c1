// ConvexProblem: a training problem whose one solution can be found to many digits, in double precision and apart from
// the single-precision code that nodes train with.
import Kernels

/// F(x) = Σ_k w_k loss_k(x) + λ/2 |x|², strongly convex.
public protocol ConvexProblem: Sendable {
    /// d.
    var dimension: Int { get }

    /// μ > 0 such that F(y) ≥ F(x) + ⟨∇F(x), y − x⟩ + μ/2 |y − x|² for all x and y.
    var convexity: Double { get }

    func value(at point: [Double]) -> Double

    /// Its solution as far as it can be found.
    ///
    /// - Parameter isCancelled: asked again and again; what has been found by then is returned.
    func solve(isCancelled: () -> Bool) -> Optimum
}

extension ConvexProblem {
    public func solve() -> Optimum { solve { false } }
}

/// Where F is least, and how far from there it can be at most.
public struct Optimum: Sendable, Equatable {
    public let point: [Double]
    /// F there.
    public let value: Double
    public let certificate: Certificate

    public init(point: [Double], value: Double, certificate: Certificate) {
        self.point = point
        self.value = value
        self.certificate = certificate
    }

    /// How far a value of F is above the least. Where it is less than the value here by no more than the certificate
    /// leaves open and sums are rounded by, it is the least.
    public func excess(of value: Double) -> Double {
        let excess = value - self.value
        let uncertainty = certificate.excess + 1e-12 * self.value.magnitude
        return excess < 0 && excess >= -uncertainty ? 0 : excess
    }
}

/// What shows that a point is the optimum, up to small errors.
public struct Certificate: Sendable, Equatable {
    /// What was measured there; both are 0 at the optimum alone.
    public enum Kind: String, Sendable, CaseIterable {
        /// |∇F|.
        case gradientNorm
        /// F minus a lower bound of it.
        case dualityGap
    }

    public let kind: Kind
    public let measured: Double
    /// μ.
    public let convexity: Double

    public init(_ kind: Kind, _ measured: Double, convexity: Double) {
        self.kind = kind
        self.measured = measured
        self.convexity = convexity
    }

    /// The most that F there may be above its least value: |∇F|² / 2μ, or the gap.
    public var excess: Double {
        switch kind {
        case .gradientNorm: measured * measured / (2 * convexity)
        case .dualityGap: measured
        }
    }

    /// The most that the point may be away from the optimum: |∇F| / μ, or √(2 gap / μ).
    public var distance: Double {
        switch kind {
        case .gradientNorm: measured / convexity
        case .dualityGap: (2 * measured / convexity).squareRoot()
        }
    }

    /// A solution is one where no more than this was measured.
    public static let tolerance = 1e-8
    public var holds: Bool { measured <= Self.tolerance }
}

/// How the optimum of a kind of model can be found.
public enum KnownOptimum: Sendable {
    /// Not at all.
    case none
    /// By a formula, in one pass over the data.
    case formula
    /// By an iteration, which takes many.
    case iteration
}
