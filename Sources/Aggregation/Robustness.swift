// What multiset rules promise, in the terms of the literature, as numbers that tests hold the rules to.

/// A factor in n and f, with the formula for listings. Formulas are equal if they are written equally.
public struct Coefficient: Sendable, Equatable {
    public let formula: String
    private let value: @Sendable (_ n: Double, _ f: Double) -> Double

    init(_ formula: String, _ value: @escaping @Sendable (_ n: Double, _ f: Double) -> Double) {
        self.formula = formula
        self.value = value
    }

    public static func == (a: Coefficient, b: Coefficient) -> Bool { a.formula == b.formula }

    /// The factor for n inputs, f of them hostile.
    public func callAsFunction(_ n: Int, _ f: Int) -> Double { value(Double(n), Double(f)) }
}

/// A bound on how far the aggregate F is from the mean X̄ of any n − f of the inputs, the set S.
public enum Robustness: Sendable, Equatable {
    /// Nothing: a single hostile input controls the aggregate.
    case none
    /// (f, κ)-robustness: |F − X̄|² ≤ κ · mean of |x − X̄|² over S (Allouah et al., AISTATS 2023).
    case variance(Coefficient)
    /// The same with the greatest eigenvalue of the covariance of S in place of its trace.
    case spectrum(Coefficient)
    /// |F − X̄| ≤ coefficient · the greatest distance within S.
    case diameter(Coefficient)
    /// |F − X̄| ≤ coefficient · the greatest distance of one of S from X̄, while less than a third is hostile.
    case deviation(Coefficient)
    /// Each coordinate of F is no farther from the range of S than that range is wide.
    case range
    /// A statement that no single call can show, as published.
    case statement(String)

    /// What programs know its kind by.
    public var code: String {
        switch self {
        case .none: "none"
        case .variance: "variance"
        case .spectrum: "spectrum"
        case .diameter: "diameter"
        case .deviation: "deviation"
        case .range: "range"
        case .statement: "statement"
        }
    }

    /// Its factor for n inputs, f of them hostile: `nil` where there is none, or where the formula says nothing any
    /// more, beyond its breakdown point.
    public func factor(_ n: Int, _ f: Int) -> Double? {
        let coefficient: Coefficient
        switch self {
        case .variance(let factor), .spectrum(let factor), .diameter(let factor):
            guard 2 * f < n else { return nil }
            coefficient = factor
        case .deviation(let factor):
            guard 3 * f < n else { return nil }
            coefficient = factor
        case .range: return 2 * f < n ? 1 : nil
        case .none, .statement: return nil
        }
        let value = coefficient(n, f)
        return value.isFinite && value >= 0 ? value : nil
    }

    /// One phrase for listings.
    public var description: String {
        switch self {
        case .none: "none"
        case .variance(let κ): "(f, κ)-robust, κ = \(κ.formula)"
        case .spectrum(let κ): "(f, κ)-robust in the covariance's greatest eigenvalue, κ = \(κ.formula)"
        case .diameter(let factor): "at most \(factor.formula) honest diameters from the honest mean"
        case .deviation(let factor): "at most \(factor.formula) honest deviations from the honest mean, for f < n/3"
        case .range: "each coordinate within one honest range of the honest range"
        case .statement(let statement): statement
        }
    }
}

extension Coefficient {
    /// What the literature states for medians.
    static let ofMedians = Coefficient("4(1+f/(n-2f))²") { n, f in 4 * (1 + f / (n - 2 * f)) * (1 + f / (n - 2 * f)) }
    /// What the subset of least variance has.
    static let ofLeastVariance = Coefficient("4f/(n-f)·(1+f/(n-2f))²") { n, f in
        4 * f / (n - f) * (1 + f / (n - 2 * f)) * (1 + f / (n - 2 * f))
    }
}
