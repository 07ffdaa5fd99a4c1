// Momentum: how much of the gradients of earlier rounds a step goes along. A new form is one type here and one
// catalogue line.
import Registry

/// m ← keep · m + take · g, and the step goes along m.
public protocol Momentum: Registered {
    /// - Parameter stepSize: η of the round.
    func shares(stepSize: Double) -> (keep: Float, take: Float)

    /// Whether m is the gradient itself in every round, so that nothing need be remembered.
    var isPlain: Bool { get }
}

/// Every form of momentum that an experiment can name.
public enum MomentumCatalog {
    public static let all = Catalog<any Momentum.Type>(
        "momentum", [AverageMomentum.self, PolyakMomentum.self, TiedMomentum.self], as: { $0 })
}

private let beta = Parameter.number("value", 0...0.9999, default: 0.9, "β: what is kept of the earlier gradients")

/// m ← βm + (1 − β)g: an average of the gradients that forgets exponentially.
public struct AverageMomentum: Momentum {
    public static let name = "average"
    public static let summary = "m <- value m + (1 - value) gradient: the exponential average"
    public static let parameters = [beta]
    private let keep: Float

    public init(_ parameters: ParameterValues) { self.init(parameters.number("value")) }
    public init(_ beta: Double) { keep = Float(beta) }

    public var isPlain: Bool { keep == 0 }
    public func shares(stepSize: Double) -> (keep: Float, take: Float) { (keep, 1 - keep) }
}

/// m ← βm + g: the heavy ball (Polyak 1964), whose steps are 1 / (1 − β) times as long in the end.
public struct PolyakMomentum: Momentum {
    public static let name = "polyak"
    public static let aliases = ["heavyBall"]
    public static let summary = "m <- value m + gradient: the heavy ball, with steps 1 / (1 - value) times as long"
    public static let parameters = [beta]
    private let keep: Float

    public init(_ parameters: ParameterValues) { keep = Float(parameters.number("value")) }

    public var isPlain: Bool { keep == 0 }
    public func shares(stepSize: Double) -> (keep: Float, take: Float) { (keep, 1) }
}

/// m ← βm + (1 − β)g with β = 1 − cη, so that the average reaches the further back the smaller the steps are, as the
/// analyses of momentum against hostile nodes choose it (Karimireddy, He, Jaggi 2021, arXiv 2012.10333).
public struct TiedMomentum: Momentum {
    public static let name = "tied"
    public static let summary = "the average with value 1 - c x step size, 0 where that is negative"
    public static let parameters = [
        Parameter.number("c", 1e-6...1e6, default: 1, "what the step size is multiplied by")
    ]
    private let c: Double

    public init(_ parameters: ParameterValues) { c = parameters.number("c") }

    public var isPlain: Bool { false }
    public func shares(stepSize: Double) -> (keep: Float, take: Float) {
        let take = Float(min(1, c * stepSize))
        return (1 - take, take)
    }
}
