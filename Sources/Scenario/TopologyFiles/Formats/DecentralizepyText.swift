// decentralizepy's graphs in text (decentralizepy/graphs/Graph.py): the number of nodes, then either an edge a line, or
// for each node a line with its neighbours.
import Graphs
import JSON
import Kernels
import Registry

enum DecentralizepyText: TextGraphFormat {
    static let title = "decentralizepy's text"

    static func fits(_ text: TextStart) -> Bool {
        let rows = text.rows(2)
        guard rows.count == 2, rows[0].words.count == 1, text.firstLine.first.map({ $0.isNumber }) == true else {
            return false
        }
        return (rows[0].words + rows[1].words).allSatisfy { $0.index != nil }
    }

    static func read(_ source: JSONSource) throws(ConfigurationFault) -> GraphCollector {
        var rows = TextRows(source)
        let place = { source.position(at: $0) }
        guard let count = try rows.next(), let nodes = count.words[0].index, (1...source.bytes.count).contains(nodes)
        else {
            throw ConfigurationFault(
                "the number of nodes is not from 1 to the bytes of the file", at: place(source.markBytes).description)
        }
        var lines: [(numbers: [Int], offset: Int)] = []
        while let line = rows.nextLine() {
            var numbers: [Int] = []
            for word in try rows.row(line).words {
                guard let node = word.index, node < nodes else {
                    throw ConfigurationFault(
                        "'\(excerpt(of: word.text))' is no node; allowed: 0 to \(nodes - 1)",
                        at: place(word.offset).description)
                }
                numbers.append(node)
            }
            lines.append((numbers, line.lowerBound))
        }
        // Empty lines at the end belong to nobody.
        while lines.count > nodes, lines.last?.numbers.isEmpty == true { lines.removeLast() }
        var graph = GraphCollector()
        try graph.addNodes(nodes, at: place(count.offset))
        if isAdjacency(lines.map(\.numbers), of: nodes) {
            graph.notes.add("the lines are the neighbours of one node each")
            for (node, line) in lines.enumerated() {
                for other in line.numbers where other > node {
                    try graph.connect(NodeID(node), NodeID(other), at: place(line.offset))
                }
            }
            return graph
        }
        try readEdges(lines, into: &graph, place)
        return graph
    }

    /// Whether there is a line for each node, and everyone is a neighbour of its neighbours.
    private static func isAdjacency(_ lines: [[Int]], of nodes: Int) -> Bool {
        guard lines.count == nodes else { return false }
        let neighbours = lines.map { Set($0) }
        return neighbours.indices.allSatisfy { node in
            neighbours[node].count == lines[node].count && !neighbours[node].contains(node)
                && neighbours[node].allSatisfy { neighbours[$0].contains(node) }
        }
    }

    private static func readEdges(
        _ lines: [(numbers: [Int], offset: Int)], into graph: inout GraphCollector, _ place: (Int) -> JSONPosition
    ) throws(ConfigurationFault) {
        // It writes each edge from both of its ends.
        var halves: Set<[Int]> = []
        for (numbers, offset) in lines where !numbers.isEmpty {
            guard numbers.count == 2 else {
                throw ConfigurationFault(
                    "the line has \(numbers.count) \(numbers.count == 1 ? "number" : "numbers"); "
                        + "expected the two ends of an edge, or a line of neighbours for "
                        + "each of the \(graph.labels.count) nodes", at: place(offset).description)
            }
            let isCounterpart = halves.contains([numbers[1], numbers[0]]) && !halves.contains(numbers)
            halves.insert(numbers)
            if isCounterpart && numbers[0] != numbers[1] { continue }
            try graph.connect(NodeID(numbers[0]), NodeID(numbers[1]), at: place(offset))
        }
    }
}
