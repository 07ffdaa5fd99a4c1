// CommonModelProblem: personal models and the one that all of them share, as a convex problem on small instances:
// min over ρ, θ of Σ_n L_n(θ_n) + Σ_n R_n(ρ − θ_n) + λ0‖Δ0ρ‖^p0 (Farhadkhani, Guerraoui, Hoang, Villemaud, ICML 2022,
// arXiv 2202.08578; LICCHAVI, arXiv 2106.02398). How it is solved is CommonModelSolver's business.

/// The whole problem, in double precision.
public struct CommonModelProblem: Sendable {
    /// One node: what it wants, and how it is tied to the common model.
    public struct Participant: Sendable {
        public enum Wish: Sendable {
            /// Its personal model is learned from data.
            case loss(any PersonalLoss)
            /// Its personal model is this one whatever the others have: a parameter player.
            case fixed([Double])
        }
        public var wish: Wish
        public var coupling: any CouplingTerm

        public init(_ wish: Wish, _ coupling: any CouplingTerm) {
            self.wish = wish
            self.coupling = coupling
        }
    }

    /// d.
    public let dimension: Int
    public var participants: [Participant]
    /// λ0‖Δ0ρ‖_{p0}^{p0}; `nil` for none.
    public var regulariser: NormPower?

    /// - Precondition: every loss and fixed model has `dimension` coordinates, and the solution is the only one: ν > 0
    ///   or data that span R^d for every loss, and λ0 > 0 where no coupling but l1 and l2 holds ρ.
    public init(dimension: Int, _ participants: [Participant], regulariser: NormPower? = nil) {
        self.dimension = dimension
        self.participants = participants
        self.regulariser = regulariser
    }

    /// ρ* and every θ*_n.
    ///
    /// - Parameter isCancelled: asked again and again; what has been found by then is returned.
    public func solve(isCancelled: () -> Bool = { false }) -> CommonModelSolution {
        var solver = CommonModelSolver(self, holding: nil)
        return solver.solve(isCancelled: isCancelled)
    }

    /// Every θ_n that is best for a given ρ. Their pulls are the gradient in ρ of what is then least, G(ρ).
    public func respond(to common: [Double]) -> CommonModelSolution { respond(to: common, from: nil) { false } }

    /// - Parameter start: the answers to a common model near by, if they are known.
    func respond(
        to common: [Double], from start: CommonModelSolver.Start?, isCancelled: () -> Bool
    ) -> CommonModelSolution {
        var solver = CommonModelSolver(self, holding: common)
        return solver.solve(from: start, isCancelled: isCancelled)
    }
}

/// Where the problem is least, with what shows it.
public struct CommonModelSolution: Sendable {
    /// ρ*.
    public let common: [Double]
    /// θ*_n.
    public let personal: [[Double]]
    /// For each participant the subgradient of R_n at ρ − θ_n that the others and its own loss balance: how it pulls.
    public let pulls: [[Double]]
    /// The gradient of the regulariser at ρ.
    public let regularPull: [Double]
    /// The length of a subgradient of the whole objective: 0 at the solution alone. A fixed model must, beside that,
    /// be at `separation` 0.
    public let residual: Double
    /// How far ρ − θ_n of a fixed model is at most from where its pull is a subgradient.
    public let separation: Double

    /// G(ρ): the sum of all pulls, the regulariser's among them.
    public var pull: [Double] { pulls.reduce(regularPull, .+) }
}
