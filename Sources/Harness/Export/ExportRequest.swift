// ExportRequest: which models of a run are to be written, and in which format.
import Kernels
import Registry
public import Scenario
public import Tensors

/// Which models, after which rounds, in which format.
public struct ExportRequest: Sendable {
    public enum Nodes: Sendable, Equatable {
        /// Every honest node, one file each.
        case all
        /// The mean of the honest models.
        case average
        case one(NodeID)
    }

    public let format: any TensorFormat
    public let nodes: Nodes
    /// After which rounds, ascending; the last of all is the final model.
    public let rounds: [Int]

    public static let formats = TensorFormatCatalog.all.names

    /// - Parameters:
    ///   - format: by its name.
    ///   - nodes: `all`, `average`, or the label of a node.
    ///   - rounds: `final`, `snapshots`, or numbers of rounds with commas between them.
    public init(
        format: String, nodes: String = "all", rounds: String = "final", of assembly: Assembly
    ) throws(ConfigurationFault) {
        self.format = try TensorFormatCatalog.all.entry(named: format).init()
        self.nodes = try Self.nodes(nodes, of: assembly)
        self.rounds = try Self.rounds(rounds, of: assembly)
    }

    private static func nodes(_ word: String, of assembly: Assembly) throws(ConfigurationFault) -> Nodes {
        if let node = assembly.topology.node(labelled: word) { return .one(node) }
        switch word {
        case "all": return .all
        case "average": return .average
        default:
            let labels = assembly.topology.labels
            let few = labels.prefix(6).joined(separator: ", ") + (labels.count > 6 ? ", …" : "")
            throw ConfigurationFault(
                .notAllowed(key: "--node", given: "'\(word)'", allowed: "all, average, or a node of the run: \(few)"))
        }
    }

    private static func rounds(_ word: String, of assembly: Assembly) throws(ConfigurationFault) -> [Int] {
        let last = assembly.experiment.training.rounds
        switch word {
        case "final": return [last]
        case "snapshots": return EvaluationRounds(assembly.experiment).through(last)
        default:
            var rounds: Set<Int> = []
            for part in word.split(separator: ",", omittingEmptySubsequences: false) {
                guard let round = Int(part), (0...last).contains(round) else {
                    throw ConfigurationFault(
                        .notAllowed(
                            key: "--rounds", given: "'\(word)'",
                            allowed: "final, snapshots, or numbers from 0 to \(last) with commas between them"))
                }
                rounds.insert(round)
            }
            return rounds.sorted()
        }
    }
}
