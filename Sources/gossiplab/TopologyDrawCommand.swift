// gossiplab topology draw: a graph as SVG, with values of its nodes.
import Graphs
import Harness
import JSON
import Kernels
import Platform
import Registry
import Scenario

enum TopologyDrawCommand {
    static let flags = [
        Flag(
            "layout", "NAME", "with draw, \(LayoutCatalog.all.names.joined(separator: ", ")) (default: what suits it)",
            values: CatalogWords.layouts),
        Flag("values", "PATH", "with draw, a run's folder, or JSON with a number for each node's id"),
        Flag(
            "measure", "NAME", "with draw, which figure of the run: \(NodeValues.measures.joined(separator: ", "))",
            values: .words(NodeValues.measures)),
    ]

    /// - Parameter words: a file, the folder of a run, or a family and its parameters as in `ring nodes=16`.
    static func run(_ words: [String], _ flags: Flags, room: MemoryRoom) throws {
        guard let subject = words.first else {
            throw ConfigurationFault(
                .missing(
                    key: "draw FILE", expected: "a topology file, a run's folder, or a family as in draw ring nodes=16")
            )
        }
        let inputs = try InputFiles(flags)
        let layout = try flags.value("layout").map { try LayoutCatalog.all.entry(named: $0) }
        let isRun = Files.isDirectory(subject)
        let file = try file(words, isRun: isRun, inputs, room)
        for warning in file.warnings { StandardError.print("warning: \(warning)") }
        let topology = file.topology
        guard let graph = PlacedGraph(topology, by: layout) else {
            throw ConfigurationFault(
                "the graph has \(topology.nodeCount) nodes; a drawing takes up to \(PlacedGraph.mostNodes)")
        }
        let values = try values(flags.value("values") ?? (isRun ? subject : nil), flags, of: topology, inputs)
        let hostile = try flags.value("hostile").map { try nodes($0, of: topology) } ?? values?.hostile ?? []
        let drawn = topology.nodes.map { node in
            GraphDrawing.Node(
                label: topology.labels[node.index], isHostile: hostile.contains(node),
                value: values?.values[node.index], lost: values?.lost[node.index])
        }
        let drawing = GraphDrawing(file, graph, nodes: drawn, measure: values?.measure)
        let text = drawing.document(title: topology.name.isEmpty ? subject : topology.name)
        if let path = flags.value("out") {
            try Files.write(Array(text.utf8), to: path)
        } else {
            try StandardOutput.print(lines: text.split(separator: "\n"))
        }
    }

    private static func file(
        _ words: [String], isRun: Bool, _ inputs: InputFiles, _ room: MemoryRoom
    ) throws(ConfigurationFault) -> TopologyFile {
        let subject = words[0]
        if !Files.exists(subject), let family = try? TopologyCatalog.all.entry(named: subject) {
            var members = [JSONMember("family", .text(family.name))]
            for word in words.dropFirst() {
                let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                guard parts.count == 2 else {
                    throw ConfigurationFault(
                        "'\(excerpt(of: word))' is no parameter; expected name=value, as in nodes=16")
                }
                members.append(JSONMember(parts[0], (try? StrictJSON.read(parts[1], name: word)) ?? .text(parts[1])))
            }
            let text = JSONText.canonical(JSONValue(.object(members)))
            return try TopologyFile.read(Array(text.utf8), name: subject, room: room)
        }
        guard words.count == 1 else {
            throw ConfigurationFault(
                "one graph at a time, not '\(words.joined(separator: " "))'; '\(excerpt(of: subject))' is no family of "
                    + TopologyCatalog.all.names.joined(separator: ", "))
        }
        return try TopologyFile.read(path: isRun ? RunDirectory(subject).topology : subject, room: room) {
            path throws(ConfigurationFault) in try inputs.read(path)
        }
    }

    private static func values(
        _ path: String?, _ flags: Flags, of topology: Topology, _ inputs: InputFiles
    ) throws(ConfigurationFault) -> NodeValues? {
        guard let path else {
            guard !flags.has("measure") else {
                throw ConfigurationFault(.missing(key: "--values", expected: "the folder of a run, for --measure"))
            }
            return nil
        }
        let file = Files.isDirectory(path) ? RunDirectory(path).summary : path
        return try NodeValues(
            try StrictJSON.read(try inputs.read(file), name: file), measure: flags.value("measure"), of: topology)
    }

    private static func nodes(_ list: String, of topology: Topology) throws(ConfigurationFault) -> Set<NodeID> {
        var nodes: Set<NodeID> = []
        for label in list.split(separator: ",").map(String.init) {
            guard let node = topology.node(labelled: label) else {
                throw ConfigurationFault(.unknown(noun: "node in --hostile", given: label, known: topology.labels))
            }
            nodes.insert(node)
        }
        return nodes
    }
}
