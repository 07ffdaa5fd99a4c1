// What a topology file says, however it says it: a graph written out (NodeLink) or a family and a seed.
public import Graphs
public import Kernels

/// A topology with the weights of its edges, as read from a file.
public struct TopologyFile: Sendable {
    public let topology: Topology
    public let weightRule: WeightRule
    public let weights: MixingWeights
    /// One-way links on which hostile nodes overhear honest ones: they change no degree and no weight.
    public let taps: [Edge]
    /// What was read otherwise than its author may think; one sentence each, with its place.
    public let warnings: [String]

    public init(
        _ topology: Topology, weightRule: WeightRule = .metropolisHastings, taps: [Edge] = [],
        warnings: [String] = []
    ) throws(ConfigurationFault) {
        self.topology = topology
        self.weightRule = weightRule
        // Along an edge of the graph there is nothing to overhear that is not sent anyway.
        self.taps = Set(taps).filter { !topology.receivers(of: $0.source).contains($0.target) }
            .sorted { ($0.source, $0.target) < ($1.source, $1.target) }
        weights = try MixingWeights(topology, rule: weightRule)
        self.warnings = warnings
    }

    /// Reads either form.
    ///
    /// - Parameter name: what messages call the file.
    public static func read(_ bytes: [UInt8], name: String) throws(ConfigurationFault) -> TopologyFile {
        guard bytes.first != UInt8(ascii: "<") else {
            throw ConfigurationFault(
                "this looks like XML such as GraphML; write the graph with networkx.node_link_data", at: "\(name):1:1")
        }
        let file = try StrictJSON.read(bytes, name: name).object("")
        return file["family"] == nil ? try NodeLink.read(file) : try generated(file)
    }

    /// The graph written out in a form that both this reader and networkx's `node_link_graph` open.
    public func write() -> String { JSONText.pretty(NodeLink.tree(of: self, forDigest: false)) }

    /// SHA-256, in hexadecimal, of everything that can change a result: labels, edges, direction and weights.
    public var digest: String {
        hexadecimal(SHA256.hash(Array(JSONText.canonical(NodeLink.tree(of: self, forDigest: true)).utf8)))
    }

    /// Every two nodes that have a link with each other, along an edge or a tap; ascending, the smaller one first.
    public var links: [(NodeID, NodeID)] {
        let pairs = (topology.edges + taps).map { Edge(min($0.source, $0.target), max($0.source, $0.target)) }
        return Set(pairs).sorted { ($0.source, $0.target) < ($1.source, $1.target) }.map { ($0.source, $0.target) }
    }

    /// The same graph with further taps.
    public func tapped(by more: [Edge]) throws(ConfigurationFault) -> TopologyFile {
        try TopologyFile(topology, weightRule: weightRule, taps: taps + more, warnings: warnings)
    }

    /// Reads `{"family": "ring", "nodes": 16}`.
    private static func generated(_ file: JSONObject) throws(ConfigurationFault) -> TopologyFile {
        let name = try file.required("family", expected: "a text")
        let family = try name.position.locating { () throws(ConfigurationFault) in
            try TopologyCatalog.all.entry(named: try name.text("family"))
        }
        let parameters = try file.parameters(family.parameters, besides: ["family", "name", "seed", "weights"])
        var random = RandomStream(seed: try file["seed"]?.seed("seed") ?? 1, purpose: .topology)
        var topology = try file.position.locating { () throws(ConfigurationFault) in
            try family.init(parameters).make(random: &random)
        }
        if let name = file["name"] { topology.name = try name.text("name") }
        return try TopologyFile(topology, weights: try weightRule(in: file), in: file)
    }

    /// The rule that the key `weights` of `object` names; the default if it is not there.
    static func weightRule(in object: JSONObject?) throws(ConfigurationFault) -> WeightRule {
        guard let object, let value = object["weights"] else { return .metropolisHastings }
        let key = object.path(of: "weights")
        let given = try value.text(key)
        guard let rule = WeightRule(rawValue: given) else {
            let known = WeightRule.allCases.map(\.rawValue)
            throw ConfigurationFault(.unknown(noun: key, given: given, known: known), at: value.position.description)
        }
        return rule
    }

    /// A file with the rule that the key `weights` of `object` named; edges that do not fit it are faults placed there.
    init(
        _ topology: Topology, weights rule: WeightRule, in object: JSONObject?, taps: [Edge] = [],
        warnings: [String] = []
    ) throws(ConfigurationFault) {
        let position = object?["weights"]?.position ?? .none
        self = try position.locating { () throws(ConfigurationFault) in
            try TopologyFile(topology, weightRule: rule, taps: taps, warnings: warnings)
        }
    }
}
