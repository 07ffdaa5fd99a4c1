// What a topology file says, however it says it: a graph written out (NodeLink) or a family and a seed.
public import Graphs
import JSON
import Kernels
import Registry

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
    /// - Parameters:
    ///   - name: what messages call the file.
    ///   - room: what there is for the graph.
    public static func read(
        _ bytes: [UInt8], name: String, room: MemoryRoom = .unbounded
    ) throws(ConfigurationFault) -> TopologyFile {
        if let format = ForeignFormats.name(ofText: bytes) {
            throw ForeignFormats.fault(format, at: .start(ofFile: name))
        }
        return try read(try StrictJSON.read(bytes, name: name), room: room)
    }

    /// Reads what stands in a topology file, or in a part of another file.
    static func read(_ value: JSONValue, room: MemoryRoom) throws(ConfigurationFault) -> TopologyFile {
        try FileKind.topology.refuseOthers(value)
        if value.member("family") == nil, let format = ForeignFormats.name(of: value) {
            throw ForeignFormats.fault(format, at: value.position)
        }
        let file = try value.object("")
        return file["family"] == nil ? try NodeLink.read(file) : try generated(file, room: room)
    }

    /// The graph written out in a form that both this reader and networkx's `node_link_graph` open.
    public func write() -> String { JSONText.pretty(NodeLink.tree(of: self, forDigest: false)) }

    /// SHA-256, in hexadecimal, of everything that can change a result: labels, edges, direction and weights.
    public var digest: String {
        hexadecimal(JSONText.digest(NodeLink.tree(of: self, forDigest: true)))
    }

    /// Every two nodes that have a link with each other, along an edge or a tap; ascending, the smaller one first.
    public var links: [(NodeID, NodeID)] {
        var pairs: [(NodeID, NodeID)] = []
        pairs.reserveCapacity(topology.edges.count + taps.count)
        for edge in topology.edges { pairs.append((min(edge.source, edge.target), max(edge.source, edge.target))) }
        for tap in taps { pairs.append((min(tap.source, tap.target), max(tap.source, tap.target))) }
        pairs.sort(by: <)
        var links: [(NodeID, NodeID)] = []
        links.reserveCapacity(pairs.count)
        for pair in pairs where links.last.map({ $0 != pair }) ?? true { links.append(pair) }
        return links
    }

    /// Everyone with whom a node has a link, ascending.
    func peers(of node: NodeID) -> [NodeID] {
        let tapped = taps.filter { $0.source == node || $0.target == node }.map {
            $0.source == node ? $0.target : $0.source
        }
        return Set(topology.senders(of: node) + topology.receivers(of: node) + tapped).sorted()
    }

    /// The same graph with further taps.
    public func tapped(by more: [Edge]) throws(ConfigurationFault) -> TopologyFile {
        try TopologyFile(topology, weightRule: weightRule, taps: taps + more, warnings: warnings)
    }

    /// Reads `{"family": "ring", "nodes": 16}`.
    private static func generated(_ file: JSONObject, room: MemoryRoom) throws(ConfigurationFault) -> TopologyFile {
        let name = try file.required("family", expected: "a text")
        let family = try name.position.locating { () throws(ConfigurationFault) in
            try TopologyCatalog.all.entry(named: try name.text("family"))
        }
        let parameters = try file.parameters(family.parameters, besides: ["family", "name", "seed", "weights"])
        var random = RandomStream(seed: try file["seed"]?.seed("seed") ?? 1, purpose: .topology)
        var topology = try file.position.locating { () throws(ConfigurationFault) in
            let family = try family.init(parameters)
            try MemoryNeed(ofGraph: family.size).check(room)
            return try family.make(random: &random)
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
