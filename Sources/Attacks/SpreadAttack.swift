// What min-max and min-sum share: a direction away from the honest mean, and how far it can be gone.
import Kernels
import Registry

/// Goes from the mean of the models heard along a direction, as far as a bound on distances allows.
struct SpreadAttack: Sendable {
    static let parameters = [
        Parameter.choice(
            "direction", ["deviation", "unit", "sign"], default: "deviation",
            "minus the deviations, or against the step of the honest, by its direction or its signs"),
        Parameter.choice(
            "origin", ["before", "zero"], default: "before", "what the step is from: the own last model, or zero"),
        Parameter.number("start", 1e-3...1e6, default: 10, "half of the greatest factor that is tried"),
    ]

    private enum Direction { case deviation, unit, sign }

    private let direction: Direction
    private let isFromZero: Bool
    private let start: Double

    init(_ parameters: ParameterValues) {
        direction =
            switch parameters.text("direction") {
            case "unit": .unit
            case "sign": .sign
            default: .deviation
            }
        isFromZero = parameters.text("origin") == "zero"
        start = parameters.number("start")
    }

    var needs: AttackNeeds { direction == .deviation || isFromZero ? .heard : [.heard, .before] }

    /// - Parameter measures: what must not be greater than what: of the squared distances of the forgery from the
    ///   models heard, and of those of each of these from all.
    func forge(
        _ view: borrowing AttackView, within measures: ([Double], [[Double]]) -> (value: Double, bound: Double)
    ) -> [Float] {
        let mean = view.meanOfHeard()
        guard let deviation = view.deviationOfHeard(from: mean) else { return mean }
        let step = isFromZero ? mean : mean - view.before
        var along: [Float] =
            switch direction {
            case .deviation: deviation * -1
            case .unit: step.unit * -1
            case .sign: step.signs * -1
            }
        if along.norm == 0 { along = deviation * -1 }
        let models = view.heard.map(\.model)
        let honest = models.map { one in models.map { squaredDistance(one.span, $0.span) } }
        // |μ + γu − x|² = γ² |u|² + 2 γ u·(μ − x) + |μ − x|².
        let square = squaredNorm(along.span)
        let slopes = models.map { dot(along.span, (mean - $0).span) }
        let offsets = models.map { squaredDistance(mean.span, $0.span) }
        let factor = greatest { factor in
            let distances = zip(slopes, offsets).map { factor * factor * square + 2 * factor * $0 + $1 }
            let (value, bound) = measures(distances, honest)
            return value <= bound
        }
        return mean.moved(Float(factor), along: along)
    }

    /// The published search: the step is halved after every trial, up from what is allowed and down from what is not.
    private func greatest(_ isAllowed: (Double) -> Bool) -> Double {
        var (factor, step, recorded) = (start, start, 0.0)
        for _ in 0..<200 where (recorded - factor).magnitude > 1e-5 {
            if isAllowed(factor) {
                recorded = factor
                factor += step / 2
            } else {
                factor -= step / 2
            }
            step /= 2
        }
        return recorded
    }
}
