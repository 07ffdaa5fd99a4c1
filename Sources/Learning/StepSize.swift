// Step sizes over rounds. A new schedule is one type here and one catalogue line.
import Kernels

/// η_t, the step size of round t, counted from 0.
public protocol StepSize: Registered {
    func value(in round: Round) -> Double
}

public enum StepSizeCatalog {
    public static let all = Catalog<any StepSize.Type>(
        "step size", [ConstantStep.self, InverseSquareRootStep.self, InverseStep.self, LadderStep.self], as: { $0 })
}

private let firstStep = Parameter.number("value", 0...1e3, default: 0.1, "step size of round 0")

public struct ConstantStep: StepSize {
    public static let name = "constant"
    public static let summary = "value"
    public static let parameters = [firstStep]
    private let first: Double

    public init(_ parameters: ParameterValues) { first = parameters.number("value") }
    public func value(in round: Round) -> Double { first }
}

public struct InverseSquareRootStep: StepSize {
    public static let name = "inverseSqrt"
    public static let summary = "value / sqrt(t + 1)"
    public static let parameters = [firstStep]
    private let first: Double

    public init(_ parameters: ParameterValues) { first = parameters.number("value") }
    public func value(in round: Round) -> Double { first / Double(round.number + 1).squareRoot() }
}

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
    public func value(in round: Round) -> Double {
        // Repeated multiplication: the same bits everywhere, and after 1,100 halvings nothing is left anyway.
        (0..<min(round.number / every, 10_000)).reduce(first) { value, _ in value * factor }
    }
}
