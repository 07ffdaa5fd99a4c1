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
        "step size", [ConstantStep.self, InverseSquareRootStep.self, InverseStep.self, LadderStep.self], as: { $0 })
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

/// η_t = value / √(t + 1).
public struct InverseSquareRootStep: StepSize {
    public static let name = "inverseSqrt"
    public static let summary = "value / sqrt(t + 1)"
    public static let parameters = [firstStep]
    private let first: Double

    public init(_ parameters: ParameterValues) { first = parameters.number("value") }
    public func value(in round: Round) -> Double { first / Double(round.number + 1).squareRoot() }
}

/// η_t = value / (1 + t / halving).
public struct InverseStep: StepSize {
    public static let name = "inverse"
    public static let summary = "value / (1 + t / halving)"
    public static let parameters = [
        firstStep, Parameter.number("halving", 1...1e9, default: 100, "rounds after which the step has halved"),
    ]
    private let first: Double
    private let halving: Double

    public init(_ parameters: ParameterValues) {
        first = parameters.number("value")
        halving = parameters.number("halving")
    }
    public func value(in round: Round) -> Double { first / (1 + Double(round.number) / halving) }
}

/// η_t = value · factor^⌊t / every⌋.
public struct LadderStep: StepSize {
    public static let name = "ladder"
    public static let summary = "value x factor^floor(t / every)"
    public static let parameters = [
        firstStep, Parameter.number("factor", 0...1, default: 0.5, "what each stair multiplies by"),
        Parameter.count("every", 1...1_000_000_000, default: 100, "rounds on one stair"),
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
