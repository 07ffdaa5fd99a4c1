// A table of several graphs, as Topologies/README.md has it.
import Graphs
import Scenario

/// One line a graph, in Markdown.
public struct GraphTable {
    public let markdown: [String]

    public init(_ files: [(name: String, file: TopologyFile)]) {
        markdown =
            [
                "| file | nodes | edges | neighbours | diameter | γ | μ2 | μmax | robust | cut nodes |",
                "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
            ]
            + files.map { name, file in
                let facts = GraphFacts(LintSubject(file.graphs, rules: []))
                func number(_ kind: any FindingKind.Type, _ name: String) -> Double? {
                    kind.findings(facts).first?.number(name)
                }
                func range(_ kind: any FindingKind.Type, _ low: String, _ high: String) -> String {
                    guard let low = number(kind, low), let high = number(kind, high) else { return "" }
                    return low == high ? brief(low) : "\(brief(low)) – \(brief(high))"
                }
                let cells = [
                    "`\(name)`" + (file.schedule == nil ? "" : ", all links"),
                    range(NodesAndEdges.self, "nodes", "nodes"),
                    range(NodesAndEdges.self, "edges", "edges"),
                    range(NodesAndEdges.self, "leastDegree", "greatestDegree"),
                    range(LongestPath.self, "atLeast", "atMost"),
                    // Below 0 it bounds nothing.
                    number(GossipSpeed.self, "gamma").map { $0 < 0 ? "" : brief($0) } ?? "",
                    range(AlgebraicConnectivity.self, "mu2", "mu2"),
                    range(AlgebraicConnectivity.self, "muMax", "muMax"),
                    range(GroupRobustness.self, "atLeast", "atMost"), range(CutPlaces.self, "cutNodes", "cutNodes"),
                ]
                return "| \(cells.joined(separator: " | ")) |"
            }
    }
}
