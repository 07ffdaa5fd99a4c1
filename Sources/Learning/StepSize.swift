// Step sizes over rounds. A new schedule is one type here and one catalogue line.
import Kernels
import Registry

/// η_t, the step size of round t, counted from 0.
public protocol StepSize: Registered {
    func value(in round: Round) -> Double
}

/// Every step size that an experiment can name.
public enum StepSizeCatalog {
    public static let all = Catalog<any StepSize.Type>(
        "step size",
        [ConstantStep.self, InverseSquareRootStep.self, InverseStep.self, StepDecay.self, CosineStep.self],
        as: { $0 })
}

private let firstStep = Parameter.number("value", 0...1e3, default: 0.1, "step size of round 0")

/// η_t = value.
public struct ConstantStep: StepSize {
    public static let name = "constant"
    public static let summary = "value"
    public static let parameters = [firstStep]
    private let first: Double

    public init(_ parameters: ParameterValues) { first = parameters.number("value") }
    public func value(in round: Round) -> Double { first }
}

/// η_t = value · √b / √(t + b), which is a / √(t + b) with a = value · √b.
public struct InverseSquareRootStep: StepSize {
    public static let name = "inverseSqrt"
    public static let summary = "value x sqrt(b) / sqrt(t + b), with b = offset"
    public static let parameters = [
        firstStep, Parameter.number("offset", 1e-3...1e9, default: 1, "b: the greater, the later the step falls"),
    ]
    /// a.
    private let factor: Double
    private let offset: Double

    public init(_ parameters: ParameterValues) {
        offset = parameters.number("offset")
        factor = parameters.number("value") * offset.squareRoot()
    }
    public func value(in round: Round) -> Double { factor / (Double(round.number) + offset).squareRoot() }
}

/// η_t = value / (1 + t / halving), which is a / (t + b) with b = halving and a = value · halving; t counts whole
/// stretches of `every` rounds.
public struct InverseStep: StepSize {
    public static let name = "inverse"
    public static let aliases = ["hyperbolic"]
    public static let summary = "value / (1 + t / halving), taken anew every so many rounds"
    public static let parameters = [
        firstStep, Parameter.number("halving", 1e-3...1e9, default: 100, "rounds after which the step has halved"),
        Parameter.count("every", 1...1_000_000_000, default: 1, "rounds with one step size"),
    ]
    private let first: Double
    private let halving: Double
    private let every: Int

    public init(_ parameters: ParameterValues) {
        first = parameters.number("value")
        halving = parameters.number("halving")
        every = parameters.count("every")
    }
    public func value(in round: Round) -> Double {
        first / (1 + Double(round.number - round.number % every) / halving)
    }
}

/// η_t = value · factor^⌊t / every⌋.
public struct StepDecay: StepSize {
    public static let name = "stepDecay"
    public static let aliases = ["ladder", "piecewise"]
    public static let summary = "value x factor^floor(t / every)"
    public static let parameters = [
        firstStep, Parameter.number("factor", 0...1, default: 0.5, "what each decay multiplies by"),
        Parameter.count("every", 1...1_000_000_000, default: 100, "rounds from one decay to the next"),
    ]
    private let first: Double
    private let factor: Double
    private let every: Int

    public init(_ parameters: ParameterValues) {
        first = parameters.number("value")
        factor = parameters.number("factor")
        every = parameters.count("every")
    }
    public func value(in round: Round) -> Double { first * power(factor, round.number / every) }
}

/// η_t = value · (end + (1 − end) (1 + cos(πt / rounds)) / 2) until so many rounds are over, and value · end from then
/// on (Loshchilov, Hutter 2017, arXiv 1608.03983, without restarts).
public struct CosineStep: StepSize {
    public static let name = "cosine"
    public static let summary = "half a wave from value down to value x end, in so many rounds"
    public static let parameters = [
        firstStep, Parameter.count("rounds", 1...1_000_000_000, default: 200, "rounds until the end is reached"),
        Parameter.number("end", 0...1, default: 0.01, "what is left of the value then, as a share"),
    ]
    private let first: Double
    private let rounds: Int
    private let end: Double

    public init(_ parameters: ParameterValues) {
        first = parameters.number("value")
        rounds = parameters.count("rounds")
        end = parameters.number("end")
    }
    public func value(in round: Round) -> Double {
        guard round.number < rounds else { return first * end }
        let cosine = Elementary.sineCosine(ofTurns: Double(round.number) / Double(2 * rounds)).cosine
        return first * (end + (1 - end) * (0.5 + 0.5 * cosine))
    }
}

/// base^exponent by repeated squaring: the same bits everywhere, which no library's `pow` promises.
private func power(_ base: Double, _ exponent: Int) -> Double {
    var result = 1.0
    var square = base
    var remaining = exponent
    while remaining > 0 {
        if remaining % 2 == 1 { result *= square }
        square *= square
        remaining /= 2
    }
    return result
}
