// Laws of every layout of the catalogue: nothing on top of another, nothing outside, always the same, and what is near
// in the graph near on the page.
import Kernels
import Registry
import Testing
import TestSupport

@testable import Graphs

/// A layout as a law sees it: the page that it makes of a graph.
struct LayoutSubject: CustomTestStringConvertible, Sendable {
    typealias Page = (places: [SIMD2<Double>], size: SIMD2<Double>, radius: Double)

    let name: String
    let page: @Sendable (Topology) -> Page

    var testDescription: String { name }

    static let all = LayoutCatalog.all.entries.map { type in
        LayoutSubject(name: type.name) { topology in
            let placed = PlacedGraph(topology, by: type)
            return (placed?.places ?? [], placed?.size ?? .zero, placed?.radius ?? 0)
        }
    }

    /// All in one place.
    static let heap = LayoutSubject(name: "heap") { topology in
        ([SIMD2<Double>](repeating: SIMD2(50, 50), count: topology.nodeCount), SIMD2(100, 100), 10)
    }

    /// On a line in an order that has nothing to do with the edges.
    static let shuffled = LayoutSubject(name: "shuffled") { topology in
        var order = Array(0..<topology.nodeCount)
        var random = RandomStream(seed: 1, purpose: .topology)
        random.shuffle(&order)
        return (order.map { SIMD2(Double($0) * 40 + 20, 20) }, SIMD2(40 * Double(order.count), 40), 10)
    }
}

@Suite("Graph layouts")
struct GraphLayoutTests {
    /// Of these nodes and links.
    private static func graph(_ nodes: Int, directed: Bool = false, _ pairs: [(Int, Int)]) throws -> Topology {
        try Topology(
            labels: (0..<nodes).map { "\($0)" }, edges: pairs.map { Edge(NodeID($0), NodeID($1)) }, directed: directed)
    }

    /// One of each family, and shapes that are hard to lay out.
    private static func graphs() throws -> [Topology] {
        let apart = [(0, 1), (1, 2), (2, 3), (4, 5), (6, 7), (7, 8), (8, 6), (9, 10), (10, 11)]
        return try FamilyMember.all.filter { $0.nodes < 40 }.map { try $0.make() } + [
            try graph(13, apart), try graph(30, (1..<30).map { (0, $0) }),
            try graph(9, directed: true, (0..<9).map { ($0, ($0 + 1) % 9) } + [(0, 4)]), try graph(5, []),
            try graph(1, []), try FamilyMember.randomRegular(64, 6).make(), try FamilyMember.torus(7, 7).make(),
            try FamilyMember.sized("ring", 120, degrees: [2], edges: 120).make(),
        ]
    }

    static let apart = Law(
        "every node is inside the page, and none covers another", brokenBy: LayoutSubject.heap
    ) { subject, verdict in
        for topology in try graphs() {
            let (places, size, radius) = subject.page(topology)
            verdict.expect(places.count == topology.nodeCount && radius > 0, "\(topology.name): \(places.count) places")
            let reach = 1.2 * radius
            for (index, place) in places.enumerated() {
                verdict.expect(
                    place.x >= reach && place.y >= reach && place.x <= size.x - reach && place.y <= size.y - reach,
                    "\(topology.name): node \(index) at \(place) of \(size)")
                for other in places[..<index] {
                    verdict.expect(
                        length(place - other) >= 2 * radius, "\(topology.name): node \(index) covers another")
                }
            }
        }
    }

    static let near = Law(
        "neighbours are nearer to each other than others are", brokenBy: LayoutSubject.shuffled
    ) { subject, verdict in
        for topology in try [
            FamilyMember.torus(6, 6).make(), FamilyMember.sized("path", 17, degrees: [1, 2], edges: 16).make(),
            FamilyMember.halved("dumbbell", 6, degrees: [5, 6], edges: 31).make(),
        ] {
            let places = subject.page(topology).places
            let (links, all) = (
                topology.edges.map { length(places[$0.source.index] - places[$0.target.index]) },
                places.indices.flatMap { i in (0..<i).map { length(places[i] - places[$0]) } }
            )
            let (near, usual) = (links.reduce(0, +) / Double(links.count), all.reduce(0, +) / Double(all.count))
            verdict.expect(near < 0.75 * usual, "\(topology.name): \(near) of \(usual)")
        }
    }

    @Test("every node is inside the page, and none covers another", arguments: LayoutSubject.all)
    func placesApart(subject: LayoutSubject) throws {
        #expect(try Self.apart.violations(of: subject) == [])
    }

    /// On a circle there is no room for that.
    @Test(
        "neighbours are nearer to each other than others are",
        arguments: LayoutSubject.all.filter { $0.name != Circular.name })
    func placesNear(subject: LayoutSubject) throws {
        #expect(try Self.near.violations(of: subject) == [])
    }

    @Test("wrong layouts are found out")
    func wrong() throws {
        #expect(try !Self.apart.violationsOfCounterexample.isEmpty && !Self.near.violationsOfCounterexample.isEmpty)
    }

    @Test("a graph is always drawn in one way, in whatever order its edges come", arguments: LayoutSubject.all)
    func determinism(subject: LayoutSubject) throws {
        for topology in try Self.graphs() {
            let other = try Topology(
                labels: topology.labels, edges: topology.edges.reversed(), directed: topology.directed)
            let isSame = subject.page(topology) == subject.page(other)
            #expect(isSame, "\(topology.name)")
        }
    }

    @Test("on a circle, the neighbours on a ring are neighbours at equal distances, whatever they are called")
    func polygon() throws {
        let order = [3, 0, 4, 1, 6, 2, 5]
        let ring = try Self.graph(7, order.indices.map { (order[$0], order[($0 + 1) % 7]) })
        for layout in [nil, Circular.self] as [(any GraphLayout.Type)?] {
            let placed = try #require(PlacedGraph(ring, by: layout))
            let middle = placed.places.reduce(.zero, +) / 7
            let sides = order.indices.map { length(placed.places[order[$0]] - placed.places[order[($0 + 1) % 7]]) }
            let spokes = placed.places.map { length($0 - middle) }
            #expect(sides.allSatisfy { abs($0 - sides[0]) < 1e-6 } && spokes.allSatisfy { abs($0 - spokes[0]) < 1e-6 })
            #expect(sides[0] < length(placed.places[order[0]] - placed.places[order[2]]) - 1)
        }
    }

    @Test("by forces, a ring that began elsewhere comes out round")
    func ring() throws {
        let ring = try FamilyMember.sized("ring", 17, degrees: [2], edges: 17).make()
        let places = try #require(PlacedGraph(ring, by: Force.self)).places
        let middle = places.reduce(.zero, +) / 17
        let spokes = places.map { length($0 - middle) }
        #expect(spokes.allSatisfy { $0 < 1.2 * spokes[0] && $0 > spokes[0] / 1.2 })
    }

    /// The eigenvectors of a path are cosines: its nodes stand in their order.
    @Test("the slowest mode of a path is its order, and two groups with one edge between them lie on two sides")
    func modes() throws {
        let path = try FamilyMember.sized("path", 17, degrees: [1, 2], edges: 16).make()
        let order = Spectral(.defaults([])).places(of: path.nodes.map { path.neighbours(of: $0).map(\.index) }).map(\.x)
        #expect(order == order.sorted() || order == order.sorted(by: >))
        for (node, place) in order.enumerated() {
            let cosine = Elementary.sineCosine(ofTurns: Double(node) / 32).cosine
            #expect(abs(place / order[0] - cosine) < 1e-6)
        }
        let halves = try FamilyMember.halved("dumbbell", 6, degrees: [5, 6], edges: 31).make()
        let sides = Spectral(.defaults([])).places(of: halves.nodes.map { halves.neighbours(of: $0).map(\.index) })
        #expect(sides.indices.allSatisfy { (sides[$0].x < 0) == (($0 < 6) == (sides[0].x < 0)) })
    }

    @Test("what pushes from all sides is the sum over all points, but for what is taken together")
    func pushes() {
        var random = RandomStream(seed: 3, purpose: .topology)
        let points = (0..<200).map { _ in SIMD2(random.uniform(), random.uniform()) }
        let tree = PointTree(points)
        for point in points.prefix(20) {
            let exact = points.reduce(SIMD2<Double>.zero) { sum, other in
                let way = point - other
                let squared = (way * way).sum()
                return squared > 0 ? sum + way / squared : sum
            }
            #expect(length(tree.push(at: point) - exact) < 0.05 * length(exact) + 5)
        }
        // Points in one place are one heavy point, and end no search.
        let same = PointTree([SIMD2](repeating: SIMD2(1, 1), count: 50) + [SIMD2(2, 1)])
        #expect(length(same.push(at: SIMD2(2, 1)) - SIMD2(50, 0)) < 1e-9)
    }

    @Test("graphs of very many nodes are not drawn")
    func large() throws {
        let nodes = PlacedGraph.mostNodes
        #expect(PlacedGraph(try FamilyMember.sized("ring", nodes, degrees: [2], edges: nodes).make()) != nil)
        #expect(PlacedGraph(try FamilyMember.sized("ring", nodes + 1, degrees: [2], edges: nodes).make()) == nil)
    }
}
