// Free riders: they take what the others learn, and give nothing of their own.
import Kernels
import Registry

/// Sends the mean of what it heard (echo); the same with noise of the size of honest steps, s |Δ|/√d with Δ the last
/// change of that mean (disguised); or the mean with Δ added, as if it had learned (delta) (Fraboni, Vidal, Lorenzi,
/// AISTATS 2021, arXiv 2006.11901).
public struct FreeRider: ModelAttack {
    public static let name = "freeRider"
    public static let aliases = ["selfish"]
    public static let summary = "Sends what it heard, perhaps disguised, and contributes nothing."
    public static let parameters = [
        Parameter.choice("mode", ["echo", "disguised", "delta"], default: "echo", "how it hides"),
        Parameter.number("scale", 0...1e6, default: 1, "s: of the noise, in honest steps"),
    ]

    public struct Plan: Sendable {
        let echo: [Float]
        let deviation: Double
    }

    private enum Mode { case echo, disguised, delta }

    private let mode: Mode
    private let scaleFactor: Double
    /// The mean of the round before.
    public var memory: [Float] = []

    public init(_ parameters: ParameterValues) {
        mode =
            switch parameters.text("mode") {
            case "disguised": .disguised
            case "delta": .delta
            default: .echo
            }
        scaleFactor = parameters.number("scale")
    }

    public var needs: AttackNeeds {
        switch mode {
        case .echo: .heard
        case .disguised: [.heard, .past, .draws]
        case .delta: [.heard, .past]
        }
    }

    public mutating func plan(seeing view: borrowing AttackView) -> Plan {
        let echo = view.meanOfHeard()
        guard mode != .echo else { return Plan(echo: echo, deviation: 0) }
        let change = memory.count == echo.count ? echo - memory : [Float](repeating: 0, count: echo.count)
        memory = echo
        if mode == .delta { return Plan(echo: echo.moved(1, along: change), deviation: 0) }
        return Plan(echo: echo, deviation: scaleFactor * change.norm / Double(max(1, echo.count)).squareRoot())
    }

    public func forge(
        for victim: NodeID, by plan: Plan, seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        guard plan.deviation > 0 else { return .model(plan.echo) }
        var noise = [Float](repeating: 0, count: plan.echo.count)
        random.fillGaussian(&noise, mean: 0, standardDeviation: 1)
        return .model(plan.echo.moved(Float(plan.deviation), along: noise))
    }
}
