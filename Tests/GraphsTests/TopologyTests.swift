// Topologies: what one is and what it refuses.
import Graphs
import Kernels
import Testing

@Suite("Topology")
struct TopologyTests {
    private func topology(_ pairs: [(Int, Int)], nodes: Int, directed: Bool = false) throws -> Topology {
        try Topology(
            labels: (0..<nodes).map { "n\($0)" }, edges: pairs.map { Edge(NodeID($0.0), NodeID($0.1)) },
            directed: directed)
    }

    @Test("an undirected edge makes each end the other's neighbour, in ascending order")
    func undirectedNeighbours() throws {
        let star = try topology([(3, 1), (1, 0), (2, 1)], nodes: 4)
        #expect(star.neighbours(of: NodeID(1)) == [NodeID(0), NodeID(2), NodeID(3)])
        #expect(star.receivers(of: NodeID(3)) == [NodeID(1)])
        #expect(star.senders(of: NodeID(3)) == [NodeID(1)])
        #expect(star.degree(of: NodeID(1)) == 3)
    }

    @Test("a directed edge sends from its source to its target only")
    func directedNeighbours() throws {
        let arrows = try topology([(0, 1), (2, 1), (1, 2)], nodes: 3, directed: true)
        #expect(arrows.neighbours(of: NodeID(1)) == [NodeID(0), NodeID(2)])
        #expect(arrows.senders(of: NodeID(0)).isEmpty)
        #expect(arrows.receivers(of: NodeID(0)) == [NodeID(1)])
        #expect(arrows.degree(of: NodeID(0)) == 0)
    }

    @Test("neither the order of edges nor that of their ends matters")
    func orderOfEdges() throws {
        let one = try topology([(0, 1), (1, 2), (0, 3)], nodes: 4)
        let other = try topology([(3, 0), (2, 1), (1, 0)], nodes: 4)
        #expect(one == other)
    }

    @Test("nodes are found by their labels")
    func labels() throws {
        let pair = try topology([(0, 1)], nodes: 2)
        #expect(pair.node(labelled: "n1") == NodeID(1))
        #expect(pair.node(labelled: "1") == nil)
        #expect(pair.addresses == [nil, nil])
    }

    @Test("components of some nodes see only the edges between them, in either direction", arguments: [false, true])
    func components(directed: Bool) throws {
        let path = try topology([(0, 1), (2, 1), (2, 3), (3, 4), (5, 6)], nodes: 7, directed: directed)
        #expect(path.components(of: path.nodes) == [[0, 1, 2, 3, 4], [5, 6]].map { $0.map { NodeID($0) } })
        let some = [4, 3, 0, 1, 6].map { NodeID($0) }
        #expect(path.components(of: some) == [[0, 1], [3, 4], [6]].map { $0.map { NodeID($0) } })
        #expect(path.components(of: []).isEmpty)
        #expect(!path.isConnected)
    }

    @Test("loops, parallel edges, unknown ends, equal labels and no nodes are refused")
    func refusals() throws {
        func sentence(_ make: () throws -> Topology) -> String? {
            do {
                _ = try make()
                return nil
            } catch {
                return "\(error)"
            }
        }
        #expect(sentence { try topology([(1, 1)], nodes: 2) } == "node 'n1' has an edge to itself")
        #expect(sentence { try topology([(0, 1), (1, 0)], nodes: 2) } == "there are two edges between 'n0' and 'n1'")
        #expect(sentence { try topology([(0, 2)], nodes: 2) } == "an edge ends at node 2, but there are only 2 nodes")
        #expect(sentence { try Topology(labels: ["a", "a"], edges: []) } == "two nodes are called 'a'")
        #expect(sentence { try Topology(labels: [], edges: []) } == "a topology has at least one node")
        #expect(sentence { try topology([(0, 1), (1, 0)], nodes: 2, directed: true) } == nil)
    }
}
