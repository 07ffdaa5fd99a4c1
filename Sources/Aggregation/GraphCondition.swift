// GraphCondition: what must hold of graph, budget and hostile nodes before what is known of a rule says anything of a
// run. Values only: who looks at a graph works them out.

/// One condition; a rule's are all those that are needed, and those of which one is enough.
public enum GraphCondition: Sendable, Equatable {
    /// Nobody is hostile.
    case noneHostile
    /// Every honest node's neighbours are enough for what it is told to withstand (`GossipRule.withstands`), and no
    /// more of them are hostile.
    case capacity
    /// Honest nodes reach each other through honest nodes.
    case connected
    /// No two groups of honest nodes may leave each other out for ever; for some rules that is enough to agree.
    case robust(isEnough: Bool)
    /// The neighbours of every honest node weigh at least so many times b: with less it keeps its own model.
    case heardWeight(times: Double)
    /// 2ρb < μ₂ of the honest graph, for steps of at most 1/μmax.
    case summation(coefficient: Double)
    /// δ is of order γ², by an unknown factor: hostile weight at a node, honest spectral gap.
    case gapSquared
    /// At no node may those that are cut weigh so much.
    case cutWeight(below: Double)
    /// All nodes hear each other, and there are at least so many for each hostile one.
    case complete(perHostile: Int)

    /// Whether it is one of those of which one is enough; else it is needed.
    public var isEnough: Bool {
        switch self {
        case .noneHostile, .capacity, .connected, .heardWeight, .cutWeight: false
        case .robust(let isEnough): isEnough
        case .summation, .gapSquared, .complete: true
        }
    }
}

extension Guarantee {
    /// What it takes for it to mean something, where the rule does not know better.
    var conditions: [GraphCondition] {
        switch self {
        case .none: [.noneHostile, .connected]
        case .isolation: []
        case .summation(let coefficient):
            [.capacity, .connected, .robust(isEnough: false), .summation(coefficient: coefficient)]
        case .honestBox, .ofNeighbourhood, .ofRuns: [.capacity, .connected, .robust(isEnough: false)]
        }
    }
}
