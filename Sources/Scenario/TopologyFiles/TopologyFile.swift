// What a topology file says, however it says it: a graph written out (NodeLink) or a family and a seed.
public import Graphs
import JSON
import Kernels
import Registry

/// A topology with the weights of its edges and what becomes of them over time, as read from a file.
public struct TopologyFile: Sendable {
    /// All edges that there are in some round.
    public let topology: Topology
    /// What the file writes out: the graph before the first change, or the edges that its schedule chooses from.
    let written: Topology
    public let weightRule: WeightRule
    /// How the graph changes; `nil`: it does not.
    public let schedule: TopologySchedule?
    /// Which edges there are in which round, and their weights.
    public let graphs: any LinkSchedule
    /// One-way links on which hostile nodes overhear honest ones, in every round in which both are there: they change
    /// no degree and no weight.
    public let taps: [Edge]
    /// What was read otherwise than its author may think; one sentence each, with its place.
    public let warnings: [String]

    public init(
        _ topology: Topology, weightRule: WeightRule = .metropolisHastings, schedule: TopologySchedule? = nil,
        taps: [Edge] = [], warnings: [String] = []
    ) throws(ConfigurationFault) {
        written = topology
        self.weightRule = weightRule
        self.schedule = schedule
        graphs =
            if let schedule { schedule.links } else { ConstantLinks(try MixingWeights(topology, rule: weightRule)) }
        self.topology = graphs.union
        // Along an edge that is always there is nothing to overhear that is not sent anyway.
        let isAlwaysSent = { (tap: Edge) in schedule == nil && topology.hasLink(from: tap.source, to: tap.target) }
        self.taps = Set(taps).filter { !isAlwaysSent($0) }.sorted { ($0.source, $0.target) < ($1.source, $1.target) }
        self.warnings = warnings
    }

    /// The weights of the graph in its first round, which are those of every round unless there is a schedule.
    public var weights: MixingWeights { graphs.weights(in: Round(0)) }

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
        return file["family"] == nil ? try NodeLink.read(file, room: room) : try generated(file, room: room)
    }

    /// The graph written out in a form that both this reader and networkx's `node_link_graph` open.
    public func write() -> String { JSONText.pretty(NodeLink.tree(of: self, forDigest: false)) }

    /// SHA-256, in hexadecimal, of everything that can change a result: labels, edges, direction, weights, schedule.
    public var digest: String {
        hexadecimal(JSONText.digest(NodeLink.tree(of: self, forDigest: true)))
    }

    /// Every two nodes that have a link with each other, along an edge or an eavesdropping link; ascending, the smaller
    /// one first.
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

    /// The same graph with further eavesdropping links.
    public func tapped(by more: [Edge]) throws(ConfigurationFault) -> TopologyFile {
        try TopologyFile(
            written, weightRule: weightRule, schedule: schedule, taps: taps + more, warnings: warnings)
    }

    /// Reads `{"family": "ring", "nodes": 16}`.
    private static func generated(_ file: JSONObject, room: MemoryRoom) throws(ConfigurationFault) -> TopologyFile {
        let name = try file.required("family", expected: "a text")
        let family = try name.position.locating { () throws(ConfigurationFault) in
            try TopologyCatalog.all.entry(named: try name.text("family"))
        }
        let parameters = try file.parameters(
            family.parameters, besides: ["family", "name", "seed", "weights", "schedule"])
        var random = RandomStream(seed: try file["seed"]?.seed("seed") ?? 1, purpose: .topology)
        var topology = try file.position.locating { () throws(ConfigurationFault) in
            let family = try family.init(parameters)
            try MemoryNeed(ofGraph: family.size).check(room)
            return try family.make(random: &random)
        }
        if let name = file["name"] { topology.name = try name.text("name") }
        return try TopologyFile(topology, options: file, room: room)
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

    /// A file with the weights and the schedule that `options` name; edges that do not fit are faults placed there.
    init(
        _ topology: Topology, options: JSONObject?, taps: [Edge] = [], warnings: [String] = [], room: MemoryRoom
    ) throws(ConfigurationFault) {
        let rule = try TopologyFile.weightRule(in: options)
        let weights = options?["weights"]
        let schedule = try TopologyFile.schedule(of: topology, rule: rule, in: options, room: room)
        if let schedule, schedule.bringsWeights, let weights {
            throw weights.fault(
                "\(options?.path(of: "weights") ?? "weights") does not go with the schedule \(schedule.kind), "
                    + "which brings weights of its own; leave it out")
        }
        self = try (weights?.position ?? .none).locating { () throws(ConfigurationFault) in
            try TopologyFile(topology, weightRule: rule, schedule: schedule, taps: taps, warnings: warnings)
        }
    }

    private static func schedule(
        of topology: Topology, rule: WeightRule, in options: JSONObject?, room: MemoryRoom
    ) throws(ConfigurationFault) -> TopologySchedule? {
        guard let options, let value = options["schedule"] else { return nil }
        return try ScheduleReader(graph: topology, rule: rule, room: room).read(value, options.path(of: "schedule"))
    }
}
