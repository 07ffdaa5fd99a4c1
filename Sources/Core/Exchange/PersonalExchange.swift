// A common model travels, and each node keeps a model of its own: personalised learning.
public import Attacks
public import Kernels
public import Learning
import Registry
public import Wire

/// Personalised learning with a common model in gossip form (Farhadkhani, Guerraoui, Hoang, Villemaud 2022, arXiv
/// 2202.08578; LICCHAVI, arXiv 2106.02398): Σ_n L_n(θ_n) + R(ρ − θ_n), plus λ₀|ρ|_{p₀}^{p₀}.
///
/// Node i keeps θ_i, which it never sends, and shares ρ_i, its own copy of the common model. In a round θ_i becomes the
/// minimum of L_i(θ) + R(ρ_i − θ), or goes some steps there; with the pull g_i, the gradient of R by ρ, the node sends
/// ρ_i − η(g_i + λ₀∇|ρ_i|_{p₀}^{p₀} / N), and what the rule makes of it and of what is heard is its next ρ_i. With the
/// mean on a complete graph this is the federated algorithm with step η / N.
///
/// L_i(θ) = ν|θ|² + s Σ ℓ over the node's samples, with ν half of `training.weightDecay`. By default s = 1: who has
/// more data counts for more.
///
/// Under a coupling whose gradients are bounded, a message can be told for a lie: where all nodes hold the same ρ, by
/// the gradient (ρ − y) / η that it stands for; elsewhere only beyond the disagreement D that is declared.
public struct PersonalExchange: Exchange {
    public static let name = "personal"
    public static let aliases = ["personalised", "personalized"]
    public static let summary =
        "Sends the node's copy of a common model, which pulls at a model of its own that it keeps."
    public static let sendsModels = true
    public static let takesLocalSteps = true
    public static let keepsOwnModel = true
    public static let drift: String? = nil

    public static let parameters = [
        Parameter.choice(
            "coupling", CouplingCatalog.all.names, default: SquaredL2Coupling.name,
            "R(u), what holds the own model to the common one"),
        Parameter.number("lambda", 1e-9...1e9, default: 1, "λ, the strength of the coupling"),
        Parameter.text(
            "delta", default: "1", "Δ of l1: one positive number for all elements, or one for each, between commas"),
        Parameter.number("p", 1...16, default: 2, "the power of lp, above 1"),
        Parameter.text("q", default: "2", "the norm of lp: a number from 1, or infinity"),
        Parameter.choice(
            "local", ["solve", "step"], default: "solve",
            "the own model's minimum in every round, or training.localSteps steps to it"),
        Parameter.number(
            "tolerance", 1e-12...1, default: 1e-6,
            "of a solve: norm of the gradient, for every sample's worth of loss, at which it ends"),
        Parameter.number("ownRate", 1e-9...1e9, default: 1, "of a step: how many times training.stepSize it is"),
        Parameter.choice(
            "loss", ["sum", "mean", "averaged"], default: "sum",
            "of a node's samples; averaged is the sum by the average number of samples a node"),
        Parameter.number("lambda0", 0...1e9, default: 0, "λ₀, the weight of the common model's own penalty"),
        Parameter.number("p0", 1...16, default: 2, "p₀ of that penalty, |ρ|_{p₀}^{p₀}"),
        Parameter.number(
            "disagreement", 0...1e9, default: 0,
            "D, how far apart honest common models may be: messages beyond step size times λ and D are refused; at 0 "
                + "only where all are the same, and by their gradient"),
    ]

    private enum Loss: String { case sum, mean, averaged }

    /// What the own model is called in files.
    private static let own = "own"
    /// Neighbours' gradients are told apart from those of no model beyond this, times 1 + λ.
    private static let slack = 1e-6

    public let coupling: any Coupling
    /// Whether the own model is a minimum after every round.
    public let isSolved: Bool
    private let tolerance: Double
    private let ownRate: Double
    private let loss: Loss
    private let lambda0: Double
    private let p0: Double
    private let disagreement: Double
    private var setting: ExchangeSetting?

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        let type = try CouplingCatalog.all.entry(named: parameters.text("coupling"))
        var given: [(name: String, value: ParameterValue)] = []
        for (name, value) in zip(parameters.names, parameters.values) {
            let parameter = Self.parameters.first { $0.name == name }
            if type.parameters.contains(where: { $0.name == name }) {
                given.append((name, value))
            } else if ["delta", "p", "q"].contains(name), value != parameter?.defaultValue {
                throw ConfigurationFault(
                    "training.exchange.\(name) is of no use to the coupling \(type.name); allowed: to leave it out")
            }
        }
        coupling = try type.init(ParameterValues(given, declared: type.parameters, key: "training.exchange"))
        isSolved = parameters.text("local") == "solve"
        tolerance = parameters.number("tolerance")
        ownRate = parameters.number("ownRate")
        loss = Loss(rawValue: parameters.text("loss")) ?? .sum
        (lambda0, p0) = (parameters.number("lambda0"), parameters.number("p0"))
        disagreement = parameters.number("disagreement")
    }

    public func objection(to training: TrainingTraits) -> String? {
        if isSolved, training.localSteps > 1 {
            return "solves for the own model in every round; training.localSteps must be 1, or its local step"
        }
        if isJudgedByDistance, training.mixEvery > 1 {
            return "refuses messages by how far one round leads; training.mixEvery must be 1, or its disagreement 0"
        }
        if training.hasMomentum { return "descends without momentum; training.momentum must be 0" }
        if training.weightDecay > 0, !training.couplesWeightDecay {
            return "takes weight decay for part of the loss, ν |θ|²; training.weightDecayForm must be coupled"
        }
        if training.clips { return "does not clip; training.clip must be null" }
        if training.projects { return "keeps models in no set; training.projection must be none" }
        return training.output == .last ? nil : "comes out with its last models; training.output must be last"
    }

    public func doubts(tellsApart: Bool) -> [String] {
        var sentences: [String] = []
        if isOpen {
            sentences.append(
                "training.exchange personal with \(type(of: coupling).name) and lambda0 0 has no one common "
                    + "model: where nodes have come to their own, any between them is as good")
        }
        if plausibility?.bound == 0, tellsApart {
            sentences.append(
                "an attack that tells every neighbour something else makes common models differ, which "
                    + "training.exchange personal takes for the same: while most seem to lie, nobody is refused")
        }
        return sentences
    }

    public static func channels(_ dimension: Int) -> [Channel] { [Channel("common", dimension)] }

    public func fitted(to setting: ExchangeSetting) throws(ConfigurationFault) -> PersonalExchange {
        if let dimension = coupling.dimension, dimension != setting.dimension {
            throw ConfigurationFault(
                .notAllowed(
                    key: "training.exchange.delta", given: "\(dimension) numbers",
                    allowed: "1, or one for each of \(setting.dimension) parameters"))
        }
        var fitted = self
        fitted.setting = setting
        return fitted
    }

    public func ownModel(in kept: LocalState) -> [Float]? { kept.vectors.first { $0.name == Self.own }?.values }

    /// Whether messages are told for lies by how far they are from where one round leads.
    public var isJudgedByDistance: Bool { disagreement > 0 }

    /// Whether several common models may be as good as each other, even where every own model is the only one.
    public var isOpen: Bool { !coupling.isDifferentiable && lambda0 == 0 }

    // MARK: - A round

    public func train(
        _ vector: inout [Float], state: inout LocalState, by trainer: any LocalModel, in round: Round,
        scratch: inout TrainingScratch
    ) -> StepReport {
        guard let problem = trainer as? any LocalProblem else {
            preconditionFailure("a model of one's own is learned from samples")
        }
        guard problem.takesPart(in: round) else { return StepReport(loss: 0, samples: 0) }
        let common = vector.map { Double($0) }
        let own = ownModel(in: state)?.map { Double($0) } ?? common
        let stepSize = problem.stepSize(in: round)
        let (point, loss) =
            isSolved
            ? solve(from: own, common, problem, &scratch)
            : steps(from: own, common, problem, stepSize: stepSize * ownRate, in: round, &scratch)
        keep(point.own.map { Float($0) }, in: &state)
        let penalty = penaltySlope(at: common)
        for j in vector.indices { vector[j] = Float(common[j] - stepSize * (point.pull[j] + penalty[j])) }
        let weight = problem.sampleWeight
        return StepReport(loss: weight > 0 ? loss / weight : 0, samples: problem.sampleCount)
    }

    /// - Returns: where it ends, and Σ ℓ there.
    private func solve(
        from own: [Double], _ common: [Double], _ problem: any LocalProblem, _ scratch: inout TrainingScratch
    ) -> (CoupledDescent.Point, loss: Double) {
        let share = share(of: problem)
        var sum = [Double](repeating: 0, count: own.count)
        var loss = 0.0
        let point = CoupledDescent(coupling).minimum(
            from: own, towards: common, tolerance: tolerance * max(1, share * problem.sampleWeight)
        ) { point in
            loss = problem.wholeLoss(at: point.map { Float($0) }, gradient: &sum, scratch: &scratch)
            return slope(sum, at: point, share, problem)
        }
        return (point, loss)
    }

    private func steps(
        from own: [Double], _ common: [Double], _ problem: any LocalProblem, stepSize: Double, in round: Round,
        _ scratch: inout TrainingScratch
    ) -> (CoupledDescent.Point, loss: Double) {
        let share = share(of: problem)
        let descent = CoupledDescent(coupling)
        var sum = [Double](repeating: 0, count: own.count)
        var loss = 0.0
        var point = CoupledDescent.Point(own: own, pull: [], residual: 0)
        for localStep in 0..<problem.localSteps {
            loss += problem.batchLoss(
                at: point.own.map { Float($0) }, localStep: localStep, of: round, gradient: &sum, scratch: &scratch)
            point = descent.step(
                from: point.own, along: slope(sum, at: point.own, share, problem), towards: common, step: stepSize)
        }
        return (point, loss / Double(problem.localSteps))
    }

    /// s.
    private func share(of problem: any LocalProblem) -> Double {
        switch loss {
        case .sum: 1
        case .mean: problem.sampleWeight > 0 ? 1 / problem.sampleWeight : 1
        case .averaged: 1 / max(1, setting?.averageSamples ?? 1)
        }
    }

    /// ∇L = s Σ∇ℓ + 2νθ.
    private func slope(
        _ sum: [Double], at own: [Double], _ share: Double, _ problem: any LocalProblem
    ) -> [Double] {
        var slope = sum
        for j in sum.indices { slope[j] = share * sum[j] + problem.weightDecay * own[j] }
        return slope
    }

    /// λ₀∇|ρ|_{p₀}^{p₀} / N.
    private func penaltySlope(at common: [Double]) -> [Double] {
        guard lambda0 > 0 else { return [Double](repeating: 0, count: common.count) }
        let weight = lambda0 * p0 / Double(setting?.nodeCount ?? 1)
        return common.map { element in
            let size = p0 == 2 ? element.magnitude : Elementary.exp((p0 - 1) * Elementary.log(element.magnitude))
            return element == 0 ? 0 : element < 0 ? -weight * size : weight * size
        }
    }

    private func keep(_ model: [Float], in state: inout LocalState) {
        if let place = state.vectors.firstIndex(where: { $0.name == Self.own }) {
            state.vectors[place].values = model
        } else {
            state.vectors.append(NamedVector(Self.own, model))
        }
    }

    public func next(
        _ mixed: consuming [Float], from start: [Float], state: inout LocalState, by trainer: (any LocalModel)?,
        in round: Round
    ) -> [Float] { mixed }

    // MARK: - Lies

    /// How messages are told for lies, as a user reads it.
    public var plausibility: Plausibility? {
        guard let setting else { return nil }
        guard coupling.bound(dimension: setting.dimension) != nil else {
            return Plausibility(bound: nil, "none: any vector is a gradient of \(type(of: coupling).name)")
        }
        let bound = plausibilityBound
        return switch bound {
        case 0?: Plausibility(bound: bound, "exact: all common models are the same here")
        case let far?:
            Plausibility(
                bound: bound,
                "beyond step size times the greatest gradients of \(type(of: coupling).name) and a "
                    + "disagreement of \(far)")
        case nil:
            Plausibility(
                bound: nil, "none: common models differ here, and training.exchange.disagreement is not declared")
        }
    }

    private var plausibilityBound: Double? {
        guard let setting, coupling.bound(dimension: setting.dimension) != nil else { return nil }
        return disagreement > 0 ? disagreement : setting.agrees ? 0 : nil
    }

    public func commonModelTraining(stepSize: Double) -> CommonModelTraining? {
        CommonModelTraining(coupling: coupling, stepSize: stepSize)
    }

    public func isPlausible(_ message: [Float], from start: [Float], stepSize: Double) -> Bool {
        guard let bound = plausibilityBound, stepSize > 0 else { return true }
        let common = start.map { Double($0) }
        let penalty = penaltySlope(at: common)
        var (gradient, square) = (common, 0.0)
        for j in common.indices {
            let element = Double(message[j])
            gradient[j] = (common[j] - element) / stepSize - penalty[j]
            square += element * element
        }
        // What was sent has been rounded to single precision.
        let rounding = square.squareRoot() * 0x1p-23 / stepSize
        return coupling.isAdmissible(
            gradient, within: bound / stepSize + Self.slack * (1 + coupling.strength) + rounding)
    }
}
