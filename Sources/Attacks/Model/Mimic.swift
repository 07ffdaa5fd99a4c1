// Mimic: an honest model sent again, so that one opinion counts more than its share.
import Kernels
import Registry

/// Copies an honest model heard (Karimireddy, He, Jaggi, ICLR 2022, arXiv 2006.09365): always that of the same place
/// among those heard; or, random, another one for each victim and round (Wu, Chen, Ling 2023: "duplicate"); or the one
/// farthest from each victim; or, learned, the one with the greatest part in the
/// direction in which the models of the first rounds varied most, by power iteration, while it copies the first.
public struct Mimic: ModelAttack {
    public static let name = "mimic"
    public static let aliases = ["Mimic", "duplicate"]
    public static let summary = "Sends a copy of an honest model, which thereby counts more than its share."
    public static let parameters = [
        Parameter.choice(
            "choice", ["fixed", "random", "farthest", "learned"], default: "fixed", "which model is copied"),
        Parameter.count("place", 0...1_000_000, default: 0, "for fixed: its place among those heard")
            .known(as: "epsilon"),
        Parameter.count("learning", 1...1_000_000, default: 100, "for learned: rounds in which it learns"),
    ]

    private enum Choice { case fixed, random, farthest, learned }

    private let choice: Choice
    private let place: Int
    private let learning: Int
    /// For learned: rounds so far, the mean u and the direction z, one after the other.
    public var memory: [Float] = []

    public init(_ parameters: ParameterValues) {
        choice =
            switch parameters.text("choice") {
            case "random": .random
            case "farthest": .farthest
            case "learned": .learned
            default: .fixed
            }
        place = parameters.count("place")
        learning = parameters.count("learning")
    }

    public var needs: AttackNeeds {
        switch choice {
        case .fixed: .heard
        case .random: [.heard, .draws]
        case .farthest: [.own, .heard, .victim]
        case .learned: [.heard, .past]
        }
    }

    public mutating func plan(seeing view: borrowing AttackView) -> [Float] {
        guard !view.heard.isEmpty else { return view.own }
        guard choice == .learned else { return view.heard[min(place, view.heard.count - 1)].model }
        return learned(view)
    }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        if choice == .random, !view.heard.isEmpty {
            return .model(view.heard[random.below(view.heard.count)].model)
        }
        guard choice == .farthest else { return .model(plan) }
        let centre = view.model(of: victim) ?? view.own
        var farthest = (model: plan, square: -1.0)
        for one in view.heard where one.sender != victim {
            let square = squaredDistance(one.model.span, centre.span)
            if square > farthest.square { farthest = (one.model, square) }
        }
        return .model(farthest.model)
    }

    private mutating func learned(_ view: borrowing AttackView) -> [Float] {
        let dimension = view.own.count
        if memory.count != 1 + 2 * dimension {
            var start = [Float](repeating: 0, count: dimension)
            // The same for all members of a group, whatever the experiment.
            var random = RandomStream(seed: 0, purpose: .attack)
            random.fillGaussian(&start, mean: 0, standardDeviation: 1)
            memory = [0] + [Float](repeating: 0, count: dimension) + start.unit
        }
        let round = memory[0]
        var direction = Array(memory[(1 + dimension)...])
        guard Int(round) < learning else {
            var copied = (model: view.heard[0].model, part: -1.0)
            for one in view.heard {
                let part = dot(one.model.span, direction.span).magnitude
                if part > copied.part { copied = (one.model, part) }
            }
            return copied.model
        }
        var mean = Array(memory[1...dimension]) * ((round + 1) / (round + 2))
        mean.add(1 / (round + 2), view.meanOfHeard())
        var pull = [Float](repeating: 0, count: dimension)
        for one in view.heard {
            let offset = one.model - mean
            pull.add(Float(dot(offset.span, direction.span).magnitude), offset)
        }
        direction = direction * ((round + 1) / (round + 2))
        direction.add(1 / (round + 2), pull.unit)
        memory = [round + 1] + mean + direction.unit
        return view.heard[0].model
    }
}
