// CommonModelGame: players who have data or a model of their own choice, all tied to the common one by the same
// coupling of the catalogue. No node runs it: statements about attacks are checked by it.
import Kernels
import Learning

/// min over ρ and all θ_n of Σ_n (L_n(θ_n) + R(ρ − θ_n)) + λ0|ρ|² (arXiv 2202.08578, equation 1; 2106.02398).
///
/// Under squared l2 and smooth l2 it is one smooth problem, solved by Newton's method without matrices of d² elements,
/// so that models may be of images; under all others it is a CommonModelProblem, whose matrices are dense, for small d.
public struct CommonModelGame: Sendable {
    /// Of the players with data.
    public var losses: [LocalLoss]
    /// Of players that keep to a model, whatever the others do.
    public var models: [[Double]] = []
    public var coupling: any Coupling
    /// λ0.
    public var ridge: Double
    private let dimension: Int

    public init(_ losses: [LocalLoss], _ coupling: any Coupling, ridge: Double = 0) {
        self.losses = losses
        self.coupling = coupling
        self.ridge = ridge
        dimension = losses[0].dimension
    }

    /// With another player that has data.
    public func joined(by loss: LocalLoss) -> CommonModelGame {
        var game = self
        game.losses.append(loss)
        return game
    }

    /// With another player that keeps to a model.
    public func joined(by model: [Double]) -> CommonModelGame {
        var game = self
        game.models.append(model)
        return game
    }

    /// What one player with data answers to a common model.
    struct Answer: Sendable {
        /// θ.
        var model: [Double]
        /// The gradient of min over θ of L(θ) + R(ρ − θ) by ρ.
        var pull: [Double]
    }

    /// G(ρ), the gradient of what is least over all θ_n.
    ///
    /// - Parameter isCancelled: asked again and again; what has been found by then is returned.
    public func pull(at common: [Double], isCancelled: () -> Bool = { false }) -> [Double] {
        var answers: [Answer] = []
        return pull(at: common, &answers, isCancelled: isCancelled)
    }

    /// - Parameter answers: to a common model near by, one a loss, or none; replaced by those to this one.
    func pull(
        at common: [Double], _ answers: inout [Answer], isCancelled: () -> Bool = { false }
    ) -> [Double] {
        var pull = common.scaled(by: 2 * ridge)
        for (index, loss) in losses.enumerated() {
            let near = index < answers.count ? answers[index] : nil
            let answer = answer(of: loss, to: common, near: near, isCancelled: isCancelled)
            if near == nil { answers.append(answer) } else { answers[index] = answer }
            pull.move(1, along: answer.pull)
        }
        for model in models { pull.move(1, along: coupling.gradient(common.minus(model))) }
        return pull
    }

    private func answer(
        of loss: LocalLoss, to common: [Double], near: Answer?, isCancelled: () -> Bool
    ) -> Answer {
        if let coupling = coupling as? any RadialCoupling {
            let model = TiedLoss(loss: loss, coupling: coupling, common: common).minimum(
                from: near?.model ?? common, gradientNorm: 1e-13, isCancelled: isCancelled
            ).point
            return Answer(model: model, pull: coupling.gradient(common.minus(model)))
        }
        let start = near.map { CommonModelSolver.Start(personal: [$0.model], pulls: [$0.pull]) }
        let found = CommonModelProblem(dimension: dimension, [.init(.loss(loss), term)])
            .respond(to: common, from: start, isCancelled: isCancelled)
        return Answer(model: found.personal[0], pull: found.pulls[0])
    }

    private var term: any CouplingTerm {
        guard let coupling = coupling as? any TermCoupling else {
            preconditionFailure("\(type(of: coupling).name) has no term: see TermCoupling")
        }
        return coupling.term(dimension: dimension)
    }

    /// What all come to.
    public struct Solution: Sendable {
        /// ρ.
        public let common: [Double]
        /// θ of each player with data.
        public let own: [[Double]]
        /// |∇| of what was minimised.
        public let gradientNorm: Double
    }

    /// - Parameters:
    ///   - start: a common model near the solution, if it is known; of use under squared l2 and smooth l2.
    ///   - wanted: |∇| at which it ends; rounding may end it before. Others go on to rounding.
    ///   - reach: as in `minimum`: for losses that are all but flat somewhere.
    ///   - isCancelled: asked again and again; what has been found by then is returned.
    public func solve(
        from start: [Double]? = nil, gradientNorm wanted: Double = 1e-12, reach: Double = .infinity,
        isCancelled: () -> Bool = { false }
    ) -> Solution {
        guard let coupling = coupling as? any RadialCoupling else { return solvedDensely(isCancelled) }
        let start = start ?? [Double](repeating: 0, count: dimension)
        let found = SmoothGame(losses: losses, models: models, coupling: coupling, ridge: ridge).minimum(
            from: (0...losses.count).flatMap { _ in start }, gradientNorm: wanted, reach: reach,
            isCancelled: isCancelled)
        let parts = (0...losses.count).map { Array(found.point[$0 * dimension..<($0 + 1) * dimension]) }
        return Solution(common: parts[0], own: Array(parts.dropFirst()), gradientNorm: found.gradientNorm)
    }

    private func solvedDensely(_ isCancelled: () -> Bool) -> Solution {
        let players: [CommonModelProblem.Participant.Wish] = losses.map { .loss($0) } + models.map { .fixed($0) }
        let regulariser =
            ridge > 0 ? NormPower(weight: ridge, power: 2, norm: 2, dimension: dimension) : nil
        let found = CommonModelProblem(
            dimension: dimension, players.map { .init($0, term) }, regulariser: regulariser
        ).solve(isCancelled: isCancelled)
        return Solution(
            common: found.common, own: Array(found.personal.prefix(losses.count)), gradientNorm: found.residual)
    }
}
