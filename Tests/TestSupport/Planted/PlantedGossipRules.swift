// Gossip rules that are wrong on purpose, one for each law that the catalogue's must obey.
public import Aggregation
import Kernels
import Registry

/// A rule that no operator can choose.
public protocol PlantedRule: GossipRule {
    /// What it makes of the models, coordinate by coordinate.
    static func mixed(own: Float, others: [Float], weights: [Double]) -> Float
}

extension PlantedRule {
    public static var name: String { "planted" }
    public static var summary: String { "for tests" }
    public static var cost: String { "none" }
    public static var source: String { "none" }
    public static var guarantee: Guarantee { .none }

    public func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
    ) {
        let weights = context.weights
        for index in own.indices {
            let others = (0..<neighbours.rows).map {
                neighbours.elements[neighbours.range(ofRow: $0).lowerBound + index]
            }
            next[index] = Self.mixed(own: own[index], others: others, weights: weights)
        }
    }
}

/// Listens to whoever comes first.
public struct FirstComer: PlantedRule {
    public init(_ parameters: ParameterValues) {}
    public static func mixed(own: Float, others: [Float], weights: [Double]) -> Float {
        others.first.map { ($0 + own) / 2 } ?? own
    }
}

/// Forgets its own model where nobody is heard.
public struct Forlorn: PlantedRule {
    public init(_ parameters: ParameterValues) {}
    public static func mixed(own: Float, others: [Float], weights: [Double]) -> Float {
        others.isEmpty ? 0 : own
    }
}

/// Grows a little in every round.
public struct Inflating: PlantedRule {
    public init(_ parameters: ParameterValues) {}
    public static func mixed(own: Float, others: [Float], weights: [Double]) -> Float { own * 1.001 }
}

/// Adds up before it divides.
public struct Overflowing: PlantedRule {
    public init(_ parameters: ParameterValues) {}
    public static func mixed(own: Float, others: [Float], weights: [Double]) -> Float {
        others.reduce(own) { $0 + 4 * $1 } / Float(4 * others.count + 1)
    }
}

/// Goes towards zero.
public struct Shrinking: PlantedRule {
    public init(_ parameters: ParameterValues) {}
    public static func mixed(own: Float, others: [Float], weights: [Double]) -> Float { 0.9 * own }
}

/// Steps by a length of its own.
public struct Stepping: PlantedRule {
    public init(_ parameters: ParameterValues) {}
    public static func mixed(own: Float, others: [Float], weights: [Double]) -> Float { own + 0.01 }
}

/// Shares the weight of whoever is missing out among the others.
public struct Renormalising: PlantedRule {
    public init(_ parameters: ParameterValues) {}
    public static func mixed(own: Float, others: [Float], weights: [Double]) -> Float {
        let total = weights.reduce(0, +)
        return zip(others, weights).reduce(own) { $0 + Float($1.1 / max(total, 1e-9) / 2) * ($1.0 - own) }
    }
}

/// Says that its own model weighs more than everything.
public struct Boasting: PlantedRule {
    public init(_ parameters: ParameterValues) {}
    public static func mixed(own: Float, others: [Float], weights: [Double]) -> Float { own }

    public func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
    ) {
        copy(own, into: &next)
        report.ownWeight = 2
    }
}

/// Goes by the name of another rule.
public struct Namesake: PlantedRule {
    public static let name = WeightedMean.name
    public init(_ parameters: ParameterValues) {}
    public static func mixed(own: Float, others: [Float], weights: [Double]) -> Float { own }
}

/// Takes new memory in every round.
public struct Hoarding: PlantedRule {
    public init(_ parameters: ParameterValues) {}
    public static func mixed(own: Float, others: [Float], weights: [Double]) -> Float { own }

    public func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
    ) {
        copy(own, into: &next)
        scratch.vector = [Float](repeating: 0, count: scratch.vector.count + own.count)
    }
}

/// Plain gossip that claims more than it can keep.
public protocol Pretender: PlantedRule {}

extension Pretender {
    public static func mixed(own: Float, others: [Float], weights: [Double]) -> Float {
        zip(others, weights).reduce(own) { $0 + Float($1.1) * ($1.0 - own) }
    }
}

/// Claims that no neighbour has influence.
public struct PretendedIsolation: Pretender {
    public static let guarantee = Guarantee.isolation
    public init(_ parameters: ParameterValues) {}
}

/// Claims to stay in the honest range.
public struct PretendedBox: Pretender {
    public static let guarantee = Guarantee.honestBox(perHostile: 2)
    public init(_ parameters: ParameterValues) {}
}

/// Claims robust summation.
public struct PretendedSummation: Pretender {
    public static let guarantee = Guarantee.summation(coefficient: 2)
    public init(_ parameters: ParameterValues) {}
}

/// Claims that it withstands hostile nodes over a whole run.
public struct PretendedRuns: Pretender {
    public static let guarantee = Guarantee.ofRuns("whatever happens")
    public init(_ parameters: ParameterValues) {}
}

/// Claims nothing, and yet no hostile node has influence.
public struct Modest: PlantedRule {
    public init(_ parameters: ParameterValues) {}
    public static func mixed(own: Float, others: [Float], weights: [Double]) -> Float { own }
}
