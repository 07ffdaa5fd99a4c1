// CoordinateProblem: one coordinate of the problem with weighted l1 couplings where every sample and regulariser
// touches one coordinate only. The slope in ρ is monotone and, but for the regulariser, piecewise linear: solved to
// rounding.

/// min over ρ, θ ∈ R of Σ_n ½k_n(θ_n − c_n)² + Σ_n λ_n|ρ − θ_n| + λ0|ρ|^p0.
public struct CoordinateProblem: Sendable {
    public struct Member: Sendable, Equatable {
        /// k_n = 2ν + Σ Q²; infinite for a model that is fixed at c_n.
        public var curvature: Double
        /// c_n = Σ Q A/k_n.
        public var centre: Double
        /// λ_nΔ_nj.
        public var weight: Double

        public init(curvature: Double, centre: Double, weight: Double) {
            self.curvature = curvature
            self.centre = centre
            self.weight = weight
        }

        /// A model that is fixed.
        public static func fixed(_ model: Double, weight: Double) -> Member {
            Member(curvature: .infinity, centre: model, weight: weight)
        }

        /// From its centre the pull grows to λ_n over this distance, and stays there.
        fileprivate var reach: Double { weight / curvature }

        /// min(max(k(ρ − c), −λ), λ); at the jump of a fixed model the one side or the other.
        fileprivate func pull(at common: Double, fromAbove: Bool) -> Double {
            guard curvature < .infinity else {
                return common > centre || (common == centre && fromAbove) ? weight : -weight
            }
            return min(max(curvature * (common - centre), -weight), weight)
        }

        /// θ_n for this ρ.
        public func model(for common: Double) -> Double {
            centre + min(max(common - centre, -reach), reach)
        }
    }

    public var members: [Member]
    /// λ0Δ0^p0 > 0, without which ρ need not be the only one.
    public let regularisation: Double
    /// p0 > 1.
    public let power: Double

    public init(_ members: [Member], regularisation: Double, power: Double = 2) {
        precondition(regularisation > 0 && power > 1, "λ0 > 0 and p0 > 1")
        self.members = members
        self.regularisation = regularisation
        self.power = power
    }

    private func slope(at common: Double, fromAbove: Bool) -> Double {
        members.reduce(regular(common)) { $0 + $1.pull(at: common, fromAbove: fromAbove) }
    }

    private func regular(_ common: Double) -> Double {
        signed(regularisation * power * raised(abs(common), power - 1), like: common)
    }

    /// ρ*.
    public func solve() -> Double {
        let edges = (members.flatMap { [$0.centre - $0.reach, $0.centre + $0.reach] } + [0]).sorted()
        // The first edge at which the slope is no longer below 0.
        var (low, high) = (0, edges.count)
        while low < high {
            let middle = (low + high) / 2
            if slope(at: edges[middle], fromAbove: true) >= 0 { high = middle } else { low = middle + 1 }
        }
        if low < edges.count, slope(at: edges[low], fromAbove: false) <= 0 { return edges[low] }
        let bound = raised(
            members.reduce(0) { $0 + $1.weight } / (regularisation * power), 1 / (power - 1))
        let left = low > 0 ? edges[low - 1] : min(-bound, edges[0]) - 1
        let right = low < edges.count ? edges[low] : max(bound, edges[low - 1]) + 1
        return within(left, right)
    }

    /// The root between two neighbouring edges, where every pull is constant or linear.
    private func within(_ left: Double, _ right: Double) -> Double {
        let middle = left + (right - left) / 2
        var (constant, bend) = (0.0, 0.0)
        for member in members {
            if abs(middle - member.centre) < member.reach {
                constant -= member.curvature * member.centre
                bend += member.curvature
            } else {
                constant += signed(member.weight, like: middle - member.centre)
            }
        }
        if power == 2 { return min(max(-constant / (bend + 2 * regularisation), left), right) }
        return crossing(in: left...right) { -constant - bend * $0 - regular($0) }
    }
}
