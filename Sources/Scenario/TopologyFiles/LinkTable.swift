// LinkTable: what rows of a matrix or lists of neighbours say of the links, before it is known whether each goes both
// ways.
import Graphs
import JSON
import Kernels
import Registry

/// Links one by one, in each direction by itself.
struct LinkTable {
    private struct Entry {
        let source: Int32
        let target: Int32
        let weight: Double
        let offset: Int
    }

    private var entries: [Entry] = []
    private var slots: [UInt64: Int] = [:]
    /// Where a link stands that was there already.
    private var repeats: [Int] = []
    private let labels: [String]
    private let place: (Int) -> JSONPosition

    /// - Parameters:
    ///   - labels: of all nodes.
    ///   - place: the position of what stands at an offset of the file.
    init(of labels: [String], _ place: @escaping (Int) -> JSONPosition) {
        self.labels = labels
        self.place = place
    }

    private static func key(_ source: Int, _ target: Int) -> UInt64 { Edge(NodeID(source), NodeID(target)).key }

    /// - Parameter offset: what `place` makes a position of.
    mutating func add(_ source: Int, _ target: Int, weight: Double, at offset: Int) throws(ConfigurationFault) {
        let key = Self.key(source, target)
        if let slot = slots[key] {
            guard entries[slot].weight == weight else {
                throw ConfigurationFault(
                    "the link from '\(excerpt(of: labels[source]))' to '\(excerpt(of: labels[target]))' has another "
                        + "weight than at \(place(entries[slot].offset).lineColumn)",
                    at: place(offset).description)
            }
            repeats.append(offset)
            return
        }
        slots[key] = entries.count
        entries.append(Entry(source: Int32(source), target: Int32(target), weight: weight, offset: offset))
    }

    /// Whether each link goes both ways, alike.
    private var isSymmetric: Bool {
        entries.allSatisfy { entry in
            slots[Self.key(Int(entry.target), Int(entry.source))].map { entries[$0].weight == entry.weight } ?? false
        }
    }

    /// Adds the links to a graph whose nodes are there already: an undirected one if they are symmetric.
    ///
    /// - Parameters:
    ///   - word: what a message calls the table.
    ///   - direction: who sends to whom, for the note that the graph is directed.
    ///   - loops: what an entry of a node with itself means, for the note that it is left out.
    func fill(
        _ graph: inout GraphCollector, word: String, direction: String = "row sends to column",
        loops: String = "what stands on the diagonal"
    ) throws(ConfigurationFault) {
        graph.directed = !isSymmetric
        if graph.directed {
            graph.notes.add("\(word) is not symmetric, so the graph is directed: \(direction)")
        }
        for offset in repeats {
            graph.notes.count("an edge that is in the file already counts once", at: place(offset))
        }
        // A one says only that there is a link.
        let isWeighted = entries.contains { $0.source != $0.target && $0.weight != 1 }
        for entry in entries where graph.directed || entry.source <= entry.target {
            let (source, target) = (NodeID(Int(entry.source)), NodeID(Int(entry.target)))
            guard source != target else {
                graph.notes.count("\(loops) is left out", at: place(entry.offset))
                continue
            }
            try graph.connect(source, target, weight: isWeighted ? entry.weight : nil, at: place(entry.offset))
        }
    }
}
