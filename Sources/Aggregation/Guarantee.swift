// Guarantee: what a gossip rule promises where some neighbours are hostile, in the terms of the literature.
import Registry

/// What a rule promises; the tests hold each rule to it on random instances, as far as single mixes can show.
public enum Guarantee: Equatable, Sendable {
    /// Nothing: a single hostile node controls the outcome.
    case none
    /// No neighbour has any influence.
    case isolation
    /// Every coordinate stays between the least and the greatest honest value, own included, while at most `count`
    /// neighbours are hostile and at least `perHostile` · count + 1 are heard.
    case honestBox(perHostile: Int)
    /// (b, ρ)-robust summation: |Φ − Σ w_j z_j|² ≤ ρ b Σ w_j |z_j|² over honest neighbours, while hostile nodes weigh b
    /// at most.
    case summation(coefficient: Double)
    /// What a multiset rule promises of its inputs, here the models of the neighbourhood, and what each pre-aggregation
    /// before it does to that, in words.
    case ofNeighbourhood(Robustness, effects: [String])
    /// A statement about whole runs under assumptions on data and graph, as published.
    case ofRuns(String)

    /// What programs know its kind by.
    public var code: String {
        switch self {
        case .none: "none"
        case .isolation: "isolation"
        case .honestBox: "honestBox"
        case .summation: "summation"
        case .ofNeighbourhood(let robustness, _): robustness.code
        case .ofRuns: "statement"
        }
    }

    /// The factor of its bound where so many models are mixed, own included, and so many of them lie; `nil` where there
    /// is no number, or where pre-aggregations have changed it.
    public func factor(models: Int, hostile: Int) -> Double? {
        switch self {
        case .summation(let coefficient): coefficient
        case .ofNeighbourhood(let robustness, effects: []): robustness.factor(models, hostile)
        case .none, .isolation, .honestBox, .ofNeighbourhood, .ofRuns: nil
        }
    }

    /// One phrase for listings.
    public var description: String {
        switch self {
        case .none: "none"
        case .isolation: "no neighbour has influence"
        case .honestBox(perHostile: 0): "each coordinate stays in the honest range"
        case .honestBox(let perHostile):
            "each coordinate stays in the honest range "
                + "if \(perHostile == 1 ? "" : "\(perHostile)")b+1 neighbours are heard"
        case .summation(let coefficient):
            "(b, \(ParameterValue.number(coefficient)))-robust summation; "
                + "\(ParameterValue.number(2 * coefficient))b < μ2 of the honest graph suffices"
        case .ofNeighbourhood(let robustness, let effects):
            (["on the neighbourhood: \(robustness.description)"] + effects).joined(separator: "; ")
        case .ofRuns(let statement): statement
        }
    }

    /// Whether it says anything for this budget where neighbours of these weights are heard.
    func covers(_ budget: Budget, among weights: [Double]) -> Bool {
        switch self {
        case .none: budget.count == 0
        case .isolation: true
        case .honestBox(let perHostile): budget.count == 0 || weights.count > perHostile * budget.count
        case .summation: 2 * budget.weight <= weights.reduce(0, +) + Budget.tolerance
        case .ofNeighbourhood, .ofRuns: budget.count == 0 || weights.count > budget.count
        }
    }
}
