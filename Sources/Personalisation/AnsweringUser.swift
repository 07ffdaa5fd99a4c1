// AnsweringUser: a user who answers random queries by its preference, with the field's noise: of linear regression and
// of logistic regression. What the gradient-PAC property says of its loss, and how near learning comes to it.
import Kernels
import Learning

/// θ† with a way to answer.
public struct AnsweringUser: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        /// A = Qᵀθ† + N(0, 1).
        case linear
        /// A = 1 with probability 1/(1 + exp(−Qᵀθ†)), otherwise −1.
        case logistic
    }

    public let kind: Kind
    /// θ†.
    public let wish: [Double]

    public init(_ kind: Kind, wish: [Double]) {
        self.kind = kind
        self.wish = wish
    }

    /// Its loss after so many queries, each N(0, I), with the ν that uniqueness needs.
    public func answers(_ samples: Int, random: inout RandomStream) -> any PersonalLoss {
        let queries = (0..<samples).map { _ in wish.map { _ in random.gaussian() } }
        let answers = queries.map { query -> Double in
            let value = query.dot(wish)
            switch kind {
            case .linear: return value + random.gaussian()
            case .logistic: return random.uniform() < 1 / (1 + Elementary.exp(-value)) ? 1 : -1
            }
        }
        return kind == .linear
            ? ValueAnswers(queries: queries, answers: answers, ridge: Self.ridge)
            : LocalLoss.logistic(zip(queries, answers).map { DataPoint($0, $1) }, ridge: Self.ridge)
    }

    /// ν.
    public static let ridge = 0.01

    /// Whether (θ − θ†)ᵀ∇L(θ) ≥ A I min(‖θ − θ†‖, ‖θ − θ†‖²) − B I^α‖θ − θ†‖ at every θ that is tried: random
    /// directions, from a thousandth to a hundred away. The gradient-PAC property: for some A, B > 0 and α < 1 it holds
    /// everywhere with a probability that tends to 1 (arXiv 2202.08578, definition 1).
    public func isSteep(
        _ loss: any PersonalLoss, samples: Int, slope a: Double, slack b: Double, exponent alpha: Double,
        directions: Int, random: inout RandomStream
    ) -> Bool {
        let count = Double(samples)
        for _ in 0..<directions {
            let drawn = wish.map { _ in random.gaussian() }
            let direction = 1 / drawn.norm * drawn
            for radius in [1e-3, 1e-2, 0.1, 0.3, 1, 3, 10, 100] {
                let along = direction.dot(loss.gradient(at: wish .+ radius * direction))
                guard along >= a * count * min(1, radius) - b * raised(count, alpha) else { return false }
            }
        }
        return true
    }

    /// ‖θ*_h − θ†_h‖ after so many answers, while three others, who care for nothing but to disturb, hold their models
    /// at a distance in one direction; λ = 1.
    ///
    /// - Parameter coupling: of everybody.
    public func error(
        samples: Int, others distance: Double, coupling: any CouplingTerm, random: inout RandomStream
    ) -> Double {
        let loss = answers(samples, random: &random)
        let far = wish.enumerated().map { distance * ($0.offset % 2 == 0 ? 1 : -1) }
        let nodes =
            [CommonModelProblem.Participant(.loss(loss), coupling)]
            + (0..<3).map { _ in CommonModelProblem.Participant(.fixed(far), coupling) }
        let solution = CommonModelProblem(
            dimension: wish.count, nodes,
            regulariser: NormPower(weight: 0.01, power: 2, norm: 2, dimension: wish.count)
        ).solve()
        return (solution.personal[0] - wish).norm
    }
}
