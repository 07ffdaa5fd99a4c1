// DataShares: how many samples each node has, and of which classes: in words, as JSON and as CSV.
import JSON
import Kernels
import Scenario

/// The training data of each node.
public struct DataShares: Sendable, Equatable {
    public struct Node: Sendable, Equatable {
        public let label: String
        public let isHostile: Bool
        public let samples: Int
        /// Of each class, before any poison; empty where there are no classes.
        public let ofClass: [Int]
    }

    /// By index.
    public let nodes: [Node]
    /// What the classes are called; none where there are no classes.
    public let classNames: [String]

    /// Counts by class are written for no more classes than this.
    private static let mostClasses = 256

    public init(of assembly: Assembly) {
        let topology = assembly.topology
        classNames = assembly.classNames
        nodes = topology.nodes.map { node in
            Node(
                label: topology.labels[node.index], isHostile: assembly.hostile.contains(node),
                samples: assembly.parts[node.index].count, ofClass: assembly.classCounts(of: node))
        }
    }

    private var writesClasses: Bool { classNames.count <= Self.mostClasses }

    /// Of the honest nodes, the one with the fewest samples named.
    var inWords: String? {
        let honest = nodes.filter { !$0.isHostile }
        guard let least = honest.min(by: { $0.samples < $1.samples }),
            let most = honest.map(\.samples).max()
        else { return nil }
        let samples = Self.range(least.samples, most) + (least.samples < most ? " (fewest: \(least.label))" : "")
        guard !classNames.isEmpty else { return samples }
        let classes = honest.map { $0.ofClass.count { $0 > 0 } }
        return samples
            + ", \(Self.range(classes.min() ?? 0, classes.max() ?? 0)) of \(classNames.count) classes"
    }

    private static func range(_ least: Int, _ most: Int) -> String {
        least == most ? "\(least)" : "\(least) to \(most)"
    }

    /// Of one node, as members of an object.
    func write(_ index: Int, to line: inout JSONLine) {
        line.add("samples", nodes[index].samples)
        guard !classNames.isEmpty, writesClasses else { return }
        line.add("ofClass", nodes[index].ofClass) { $0.append(integer: $1) }
    }

    /// The names of the classes, as a member of an object.
    func writeClasses(to line: inout JSONLine) {
        if writesClasses { line.add("classes", classNames) { $0.append(text: $1) } }
    }

    /// One line a node.
    var table: TextTable {
        let names = writesClasses ? classNames : []
        return TextTable(
            header: ["node", "kind", "samples"] + names, names: 2,
            rows: nodes.map { node in
                [node.label, node.isHostile ? "hostile" : "honest", "\(node.samples)"]
                    + (writesClasses ? node.ofClass.map(String.init) : [])
            })
    }
}
