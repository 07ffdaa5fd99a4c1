// Gaussian attack: random vectors around a centre. Strong against means, easy prey for every robust rule.
import Kernels
import Registry

/// Sends centre + mean + s · N(0, I), drawn anew for each victim: around the mean of the honest models heard, with
/// s = 30 (ByrdLab; Wu, Chen, Ling 2023), around zero (ByzFL), or around the own model.
public struct GaussianNoise: ModelAttack {
    public static let name = "gaussian"
    public static let aliases = ["gaussianNoise", "noise", "Gaussian"]
    public static let summary = "Sends Gaussian noise around the honest mean, around zero, or around the own model."
    public static let parameters = [
        Parameter.choice("around", ["heard", "zero", "own"], default: "heard", "the centre of the noise"),
        Parameter.number("deviation", 0...1e6, default: 30, "s: standard deviation of each coordinate")
            .known(as: "sigma"),
        Parameter.number("mean", -1e6...1e6, default: 0, "what is added to every coordinate").known(as: "mu"),
    ]

    private enum Centre { case heard, zero, own }
    private let centre: Centre
    private let deviation: Float
    private let mean: Double

    public init(_ parameters: ParameterValues) {
        centre =
            switch parameters.text("around") {
            case "zero": .zero
            case "own": .own
            default: .heard
            }
        deviation = Float(parameters.number("deviation"))
        mean = parameters.number("mean")
    }

    public var needs: AttackNeeds {
        switch centre {
        case .heard: [.heard, .draws]
        case .zero: .draws
        case .own: [.own, .draws]
        }
    }

    public func plan(seeing view: borrowing AttackView) -> [Float] {
        switch centre {
        case .heard: view.meanOfHeard()
        case .zero: [Float](repeating: 0, count: view.own.count)
        case .own: view.own
        }
    }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        var forgery = plan
        var noise = [Float](repeating: 0, count: forgery.count)
        random.fillGaussian(&noise, mean: 0, standardDeviation: 1)
        var span = forgery.mutableSpan
        axpy(deviation, noise.span, into: &span)
        if mean != 0 { for index in forgery.indices { forgery[index] += Float(mean) } }
        return .model(forgery)
    }
}
