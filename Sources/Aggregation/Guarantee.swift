// What rules promise, in the terms of the literature.
import Registry

/// What a rule promises; the tests hold each rule to it on random instances, as far as single mixes can show.
public enum Guarantee: Equatable, Sendable {
    /// Nothing: a single liar controls the outcome.
    case none
    /// No neighbour has any influence.
    case isolation
    /// Every coordinate stays between the least and the greatest honest value, own included, while at most `count`
    /// neighbours lie and at least `perLiar` · count + 1 are heard.
    case honestBox(perLiar: Int)
    /// (b, ρ)-robust summation: |Φ − Σ w_j z_j|² ≤ ρ b Σ w_j |z_j|² over honest neighbours, while liars weigh b at
    /// most.
    case summation(coefficient: Double)
    /// A statement about whole runs under assumptions on data and graph, as published.
    case ofRuns(String)

    /// What a multiset rule promises, on the neighbourhood.
    static func ofNeighbourhood(_ robustness: Robustness) -> Guarantee {
        if case .none = robustness { .none } else { .ofRuns("on the neighbourhood: \(robustness.description)") }
    }

    /// One phrase for listings.
    public var description: String {
        switch self {
        case .none: "none"
        case .isolation: "no neighbour has influence"
        case .honestBox(perLiar: 0): "each coordinate stays in the honest range"
        case .honestBox(let perLiar):
            "each coordinate stays in the honest range if \(perLiar == 1 ? "" : "\(perLiar)")b+1 neighbours are heard"
        case .summation(let coefficient):
            "(b, \(ParameterValue.number(coefficient)))-robust summation; "
                + "\(ParameterValue.number(2 * coefficient))b < μ2 of the honest graph suffices"
        case .ofRuns(let statement): statement
        }
    }

    /// Whether it says anything for this budget where neighbours of these weights are heard.
    func covers(_ budget: Budget, among weights: [Double]) -> Bool {
        switch self {
        case .none: budget.count == 0
        case .isolation: true
        case .honestBox(let perLiar): budget.count == 0 || weights.count > perLiar * budget.count
        case .summation: 2 * budget.weight <= weights.reduce(0, +) + Budget.tolerance
        case .ofRuns: budget.count == 0 || weights.count > budget.count
        }
    }
}
