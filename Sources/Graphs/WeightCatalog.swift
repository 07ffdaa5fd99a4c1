// Every rule by which nodes weigh their neighbours. A new rule is one file in Weights/ and one line here.
public import Registry

/// A rule that says how much each neighbour's model counts at a node.
public protocol WeightRule: Registered {
    /// Whether it goes by how many samples nodes have, which only an experiment tells.
    static var countsSamples: Bool { get }
    /// Whether it reads the `weight` of edges.
    static var readsEdges: Bool { get }

    /// The rows of the mixing matrix W without its diagonal.
    ///
    /// - Parameter samples: of each node how many it has; all 1 where that is not known.
    /// - Returns: for each node the weights of its neighbours, in the order of `Topology.neighbours(of:)`: none below
    ///   0, and together at most 1, but for rounding.
    /// - Throws: where there are no such weights.
    func rows(of topology: Topology, samples: [Int]) throws(ConfigurationFault) -> [[Double]]
}

extension WeightRule {
    public static var countsSamples: Bool { false }
    public static var readsEdges: Bool { false }
}

public enum WeightCatalog {
    public static let all = Catalog<any WeightRule.Type>(
        "weights",
        [
            MetropolisHastings.self, MaximumDegree.self, HostileMetropolis.self, LaplacianStep.self, Uniform.self,
            SampleCount.self, FileWeights.self,
        ], as: { $0 })
}

/// A rule with its parameters, and how lazy it makes the nodes.
public struct Weighting: Sendable, Equatable, CustomStringConvertible {
    public let kind: any WeightRule.Type
    public let parameters: ParameterValues
    /// Share of its own model that a node keeps beforehand: W becomes (1 − lazy) W + lazy I.
    public let lazy: Double
    private let rule: any WeightRule

    /// What can be said beside any rule.
    public static let lazyParameter = Parameter.number(
        "lazy", 0...0.999, default: 0, "share of its own model that a node keeps before it mixes")

    /// - Throws: for a `lazy` that is not allowed, and where the rule does not take its parameters together.
    public init(
        _ kind: any WeightRule.Type, _ parameters: ParameterValues? = nil, lazy: Double = 0
    ) throws(ConfigurationFault) {
        _ = try Self.lazyParameter.check(.number(lazy), key: Self.lazyParameter.name)
        self.kind = kind
        self.parameters = parameters ?? .defaults(kind.parameters)
        self.lazy = lazy
        rule = try kind.init(self.parameters)
    }

    private init(plain kind: any WeightRule.Type) {
        guard let made = try? Weighting(kind) else { preconditionFailure("\(kind.name) has defaults") }
        self = made
    }

    public static let metropolisHastings = Weighting(plain: MetropolisHastings.self)
    public static let maxDegree = Weighting(plain: MaximumDegree.self)
    public static let uniform = Weighting(plain: Uniform.self)
    public static let sampleCount = Weighting(plain: SampleCount.self)
    public static let file = Weighting(plain: FileWeights.self)

    public static func == (a: Weighting, b: Weighting) -> Bool {
        a.kind.name == b.kind.name && a.parameters == b.parameters && a.lazy == b.lazy
    }

    /// `laplacian (step 0.2, lazy 0.5)`.
    public var description: String {
        let given =
            zip(parameters.names, parameters.values).map { "\($0) \($1)" }
            + (lazy > 0 ? ["lazy \(ParameterValue.number(lazy))"] : [])
        return given.isEmpty ? kind.name : "\(kind.name) (\(given.joined(separator: ", ")))"
    }

    /// The rows of W, as a `WeightRule` gives them.
    func rows(of topology: Topology, samples: [Int]?) throws(ConfigurationFault) -> [[Double]] {
        let counts = samples ?? [Int](repeating: 1, count: topology.nodeCount)
        precondition(counts.count == topology.nodeCount, "a count for each node")
        let rows = try rule.rows(of: topology, samples: counts)
        return lazy > 0 ? rows.map { $0.map { (1 - lazy) * $0 } } : rows
    }
}
