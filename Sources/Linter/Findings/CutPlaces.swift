// Nodes and edges without which the honest graph falls apart.
import Graphs
import Kernels

enum CutPlaces: FindingKind {
    static let code = "cuts"
    static let title = "cuts"

    static func findings(_ facts: GraphFacts) -> [Finding] {
        let subject = facts.subject
        let cuts = Cuts(of: facts.linked)
        let names =
            cuts.nodes.isEmpty
            ? "no cut node" : "\(counted(cuts.nodes.count, "cut node")): \(subject.names(cuts.nodes))"
        let first = cuts.bridges.prefix(4).map { "\(subject.names([$0.source]))-\(subject.names([$0.target]))" }
        let more = cuts.bridges.count > first.count ? " and \(cuts.bridges.count - first.count) more" : ""
        let edges =
            cuts.bridges.isEmpty
            ? "no bridge" : "\(counted(cuts.bridges.count, "bridge")): \(first.joined(separator: ", "))\(more)"
        return [
            Finding(
                code, numbers: [("cutNodes", Double(cuts.nodes.count)), ("bridges", Double(cuts.bridges.count))],
                nodes: subject.labels(cuts.nodes), saying: "\(names); \(edges)")
        ]
    }
}
