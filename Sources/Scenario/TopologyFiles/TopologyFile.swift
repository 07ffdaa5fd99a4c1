// What a topology file says, however it says it: a graph written out, in any format that is read, or a family and a
// seed.
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
    public let weighting: Weighting
    /// How the graph changes; `nil`: it does not.
    public let schedule: TopologySchedule?
    /// Which edges there are in which round, and their weights.
    public let graphs: any LinkSchedule
    /// One-way links on which hostile nodes overhear honest ones, in every round in which both are there: they change
    /// no degree and no weight.
    public let taps: [Edge]
    /// Nodes that the file marks as hostile, ascending; it is for an experiment to say that they are.
    public let marked: [NodeID]
    /// What was read otherwise than its author may think; one sentence each, with its place.
    public let warnings: [String]
    /// How many graphs of a random family were drawn before this one and were not connected, or could not be finished.
    public private(set) var redraws = 0

    public init(
        _ topology: Topology, weighting: Weighting = .metropolisHastings, schedule: TopologySchedule? = nil,
        taps: [Edge] = [], marked: [NodeID] = [], warnings: [String] = [],
        samples: [Int]? = nil
    ) throws(ConfigurationFault) {
        self.marked = Set(marked).sorted()
        written = topology
        self.weighting = weighting
        self.schedule = schedule
        graphs =
            if let schedule {
                schedule.links
            } else {
                ConstantLinks(try MixingWeights(topology, rule: weighting, samples: samples))
            }
        self.topology = graphs.union
        // Along an edge that is always there is nothing to overhear that is not sent anyway.
        let isAlwaysSent = { (tap: Edge) in schedule == nil && topology.hasLink(from: tap.source, to: tap.target) }
        self.taps = Set(taps).filter { !isAlwaysSent($0) }.sorted { ($0.source, $0.target) < ($1.source, $1.target) }
        self.warnings = warnings
    }

    /// The weights of the graph in its first round, which are those of every round unless there is a schedule.
    public var weights: MixingWeights { graphs.weights(in: Round(0)) }

    /// Reads a family or a graph of any format.
    ///
    /// - Parameters:
    ///   - name: what messages call the file.
    ///   - number: which graph, from 1, of a file that has several.
    ///   - room: what there is for the graph.
    ///   - files: reads the files that this one names, such as the trace of its schedule.
    public static func read(
        _ bytes: [UInt8], name: String, number: Int? = nil, room: MemoryRoom = .unbounded,
        files: @escaping (String) throws(ConfigurationFault) -> [UInt8] = TopologyFile.readsNoFile
    ) throws(ConfigurationFault) -> TopologyFile {
        let source = JSONSource(name: name, bytes: bytes)
        if let format = GraphFormats.format(ofText: source) {
            try refuse(number, of: 1, at: source.position(at: 0))
            return try written(
                try format.read(source), as: format, at: source.position(at: 0), room: room, files: files)
        }
        if let format = GraphFormats.unread(ofText: source) {
            throw GraphFormats.fault(format, at: .start(ofFile: name))
        }
        return try read(try StrictJSON.read(bytes, name: name), number: number, room: room, files: files)
    }

    /// For topologies that stand alone.
    public static func readsNoFile(_ path: String) throws(ConfigurationFault) -> [UInt8] {
        throw ConfigurationFault(
            "the file \(path) cannot be read from here; allowed: what stands in the topology itself")
    }

    /// Reads the file at a path, or of a file with several graphs one, as in `PATH#2`.
    public static func read(
        path: String, room: MemoryRoom = .unbounded,
        reading read: @escaping (String) throws(ConfigurationFault) -> [UInt8]
    ) throws(ConfigurationFault) -> TopologyFile {
        guard let mark = path.lastIndex(of: "#"), let number = Int(path[path.index(after: mark)...]), number > 0 else {
            return try self.read(try read(path), name: path, room: room, files: read)
        }
        // A file may be called so.
        if let bytes = try? read(path) { return try self.read(bytes, name: path, room: room, files: read) }
        let file = String(path[..<mark])
        return try self.read(try read(file), name: file, number: number, room: room, files: read)
    }

    /// Reads what stands in a topology file, or in a part of another file.
    static func read(
        _ value: JSONValue, number: Int? = nil, room: MemoryRoom, files: @escaping FileReader
    ) throws(ConfigurationFault) -> TopologyFile {
        try FileKind.topology.refuseOthers(value)
        if value.member("family") != nil {
            try refuse(number, of: 1, at: value.position)
            return try generated(try value.object(""), room: room, files: files)
        }
        if let format = GraphFormats.unread(value) { throw GraphFormats.fault(format, at: value.position) }
        let found = GraphFormats.format(of: value)
        if found == nil, case .array = value.kind {
            throw value.fault(
                "this array is no graph that is read; allowed: an array of edges, each two ids and perhaps a weight or "
                    + "an object with source and target, or an array of the rows of a square matrix")
        }
        let format = found ?? NodeLink.self
        let graphs = try format.graphs(in: value)
        try refuse(number, of: graphs.count, at: value.position)
        guard graphs.count == 1 || number != nil else {
            throw value.fault(
                "the file has \(graphs.count) graphs; allowed: one of them, as in \(value.position.file ?? "FILE")#1")
        }
        return try written(
            try format.read(graphs[(number ?? 1) - 1]), as: format, at: value.position, room: room, files: files)
    }

    private static func refuse(_ number: Int?, of count: Int, at position: JSONPosition) throws(ConfigurationFault) {
        guard let number, number > count else { return }
        throw ConfigurationFault(
            "graph \(number) of a file that has \(count == 1 ? "one" : "\(count)")", at: position.description)
    }

    /// What a reader has found.
    private static func written(
        _ found: GraphCollector, as format: any GraphFormat.Type, at position: JSONPosition, room: MemoryRoom,
        files: @escaping FileReader
    ) throws(ConfigurationFault) -> TopologyFile {
        let options = found.options
        let bringsEdges = TopologySchedule.bringsEdges(in: options)
        let allowsNoEdges = try options.map(NodeLink.readOptions) ?? false || bringsEdges
        guard !found.edges.isEmpty || allowsNoEdges else {
            throw ConfigurationFault(
                "the graph has no edge, in a node-link file nearly always an accident with the names edges and links; "
                    + #"if it is meant, say "graph": {"gossipnode": {"version": 1, "allowNoEdges": true}} there"#,
                at: position.description)
        }
        let topology = try found.topology(at: position)
        var notes = found.notes
        if format != NodeLink.self { notes.add("read as \(format.title)") }
        if !topology.isConnected, !(bringsEdges && topology.edges.isEmpty) {
            notes.add("the graph is in parts that no edge joins")
        }
        let weighting = try weighting(in: options)
        if !weighting.kind.readsEdges, topology.edges.contains(where: { $0.weight != nil }) {
            notes.add("the weights of edges are not used, since graph.gossipnode.weights is not \"file\"")
        }
        let taps =
            try options.map { options throws(ConfigurationFault) in try NodeLink.readTaps(options, topology) } ?? []
        let marked =
            try options.map { options throws(ConfigurationFault) in try NodeLink.readHostile(options, topology) } ?? []
        return try TopologyFile(
            topology, options: options, taps: taps, marked: found.marked + marked, warnings: notes.sentences,
            room: room,
            files: files)
    }

    /// The graph written out in a form that both this reader and networkx's `node_link_graph` open.
    public func write() -> String { NodeLink.write(self) }

    /// What `written(as:)` can be asked for.
    public static var formats: [String] { GraphFormats.writers.map { $0.name } }

    /// The graph in a format of others.
    ///
    /// - Parameter name: one of `formats`.
    /// - Returns: the text, and a sentence on what the format has no place for.
    public func written(as name: String) throws(ConfigurationFault) -> (text: String, loss: String?) {
        guard let format = GraphFormats.writers.first(where: { $0.name == name }) else {
            throw ConfigurationFault(.unknown(noun: "format", given: name, known: TopologyFile.formats))
        }
        guard written.nodeCount <= format.mostNodes else {
            throw ConfigurationFault(
                "the graph has \(written.nodeCount) nodes, too many for \(format.title); allowed: up to "
                    + "\(format.mostNodes), or a format that lists edges, as --to mtx")
        }
        let lost = format.lacks.filter { $0.isSaid(by: self) }
        let texts =
            (format.lacks.contains(.labels) ? [] : written.labels)
            + (format.lacks.contains(.name) ? [] : [written.name])
        if let text = texts.first(where: { !format.canWrite($0) }) {
            throw ConfigurationFault(
                "'\(excerpt(of: text))' cannot be written as \(format.title); allowed: --to node-link")
        }
        let sentence = "\(format.title) has no place for \(lost.map(\.rawValue).joined(separator: ", ")), left out"
        return (format.write(self), lost.isEmpty ? nil : sentence)
    }

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

    /// That nodes are marked as hostile and are not, if there are any.
    func unusedMarks(hostile: Set<NodeID>) -> String? {
        let left = marked.filter { !hostile.contains($0) }
        guard !left.isEmpty else { return nil }
        let names = left.prefix(16).map { topology.labels[$0.index] }.joined(separator: ", ")
        return "the topology marks \(names)\(left.count > 16 ? " and \(left.count - 16) more" : "") as hostile, and no "
            + #"adversary group has them; allowed: "nodes": "marked""#
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
            written, weighting: weighting, schedule: schedule, taps: taps + more, marked: marked, warnings: warnings)
    }

    /// The same graph with an address for every node that has none.
    public func addressed(by pattern: AddressPattern, key: String) throws(ConfigurationFault) -> TopologyFile {
        let addressed = try written.addressed(by: pattern, key: key)
        let schedule = try schedule.map { schedule throws(ConfigurationFault) in
            try TopologySchedule(schedule.form, on: addressed, rule: weighting)
        }
        return try TopologyFile(
            addressed, weighting: weighting, schedule: schedule, taps: taps, marked: marked, warnings: warnings)
    }

    /// The same graph, weighed by how many samples nodes have, if its weights go by that.
    ///
    /// - Parameter samples: one count a node.
    func weighed(by samples: [Int]) throws(ConfigurationFault) -> TopologyFile {
        guard weighting.kind.countsSamples else { return self }
        let counted = try schedule.map { schedule throws(ConfigurationFault) in
            try TopologySchedule(schedule.form, on: written, rule: weighting, samples: samples)
        }
        return try TopologyFile(
            written, weighting: weighting, schedule: counted, taps: taps, marked: marked, warnings: warnings,
            samples: samples)
    }

    /// What may be said of a graph of any family, beside the parameters of its own.
    static let keysOfFamilies = ["name", "seed", "weights", "schedule", "hostile", "address"]

    /// Reads `{"family": "ring", "nodes": 16}`.
    private static func generated(
        _ file: JSONObject, room: MemoryRoom, files: @escaping FileReader
    ) throws(ConfigurationFault) -> TopologyFile {
        let name = try file.required("family", expected: "a text")
        let family = try name.position.locating { () throws(ConfigurationFault) in
            try TopologyCatalog.all.entry(named: try name.text("family"))
        }
        let parameters = try file.parameters(
            family.parameters, besides: ["family"] + keysOfFamilies)
        var random = RandomStream(seed: try file["seed"]?.seed("seed") ?? 1, purpose: .topology)
        var notes = Notes()
        var redraws = 0
        var marked: [NodeID] = []
        var topology = try file.position.locating { () throws(ConfigurationFault) in
            let family = try family.init(parameters)
            try MemoryNeed(ofGraph: family.size).check(room)
            marked = family.hostile
            guard let family = family as? any RandomFamily else { return try family.make(random: &random) }
            // Some families have a number of that name, and know which nodes they are.
            let knows = type(of: family).parameters.contains { $0.isCalled("hostile") }
            let made = try family.makeConnected(
                without: { graph throws(ConfigurationFault) in knows ? family.hostile : try hostile(file, graph) },
                random: &random)
            redraws = made.redraws
            return made.topology
        }
        if file["hostile"] != nil, !(family is any RandomFamily.Type) {
            notes.add(
                "hostile is not used: nothing in the family \(family.name) is drawn until it is connected without them")
        }
        if let name = file["name"] { topology.name = try name.text("name") }
        topology = try file.addressing(topology)
        var made = try TopologyFile(
            topology, options: file, marked: marked, warnings: notes.sentences, room: room, files: files)
        made.redraws = redraws
        return made
    }

    /// The nodes without which a random graph has to be connected too.
    private static func hostile(_ file: JSONObject, _ graph: Topology) throws(ConfigurationFault) -> [NodeID] {
        guard let value = file["hostile"] else { return [] }
        var nodes: [NodeID] = []
        for (index, element) in try value.array("hostile").enumerated() {
            let label = try element.nodeLabel("hostile[\(index)]")
            guard let node = graph.node(labelled: label) else {
                throw ConfigurationFault(
                    .unknown(noun: "node in hostile", given: label, known: graph.labels),
                    at: element.position.description)
            }
            nodes.append(node)
        }
        return nodes
    }

    /// The rule that the key `weights` of `object` names; the default if it is not there.
    static func weighting(in object: JSONObject?) throws(ConfigurationFault) -> Weighting {
        guard let object, let value = object["weights"] else { return .metropolisHastings }
        return try Weighting(value, key: object.path(of: "weights"))
    }

    /// A file with the weights and the schedule that `options` name; edges that do not fit are faults placed there.
    init(
        _ topology: Topology, options: JSONObject?, taps: [Edge] = [], marked: [NodeID] = [],
        warnings: [String] = [], room: MemoryRoom, files: @escaping FileReader
    ) throws(ConfigurationFault) {
        let weighting = try TopologyFile.weighting(in: options)
        let weights = options?["weights"]
        let schedule = try TopologyFile.schedule(of: topology, rule: weighting, in: options, room: room, files: files)
        if let schedule, schedule.bringsWeights, let weights {
            throw weights.fault(
                "\(options?.path(of: "weights") ?? "weights") does not go with the schedule \(schedule.kind), "
                    + "which brings weights of its own; leave it out")
        }
        self = try (weights?.position ?? .none).locating { () throws(ConfigurationFault) in
            try TopologyFile(
                topology, weighting: weighting, schedule: schedule, taps: taps, marked: marked, warnings: warnings)
        }
    }

    private static func schedule(
        of topology: Topology, rule: Weighting, in options: JSONObject?, room: MemoryRoom, files: @escaping FileReader
    ) throws(ConfigurationFault) -> TopologySchedule? {
        guard let options, let value = options["schedule"] else { return nil }
        return try ScheduleReader(graph: topology, rule: rule, room: room, files: files)
            .read(value, options.path(of: "schedule"))
    }
}
