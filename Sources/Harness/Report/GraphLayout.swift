// Graph layout: where the nodes of a graph are drawn. A function of the graph alone: there is no chance in it.
import Graphs
import Kernels

/// Places for all nodes of a topology, far enough apart to write into them.
struct GraphLayout {
    /// By node, within `size` and no nearer to its border than a node's radius.
    let places: [SIMD2<Double>]
    let size: SIMD2<Double>
    /// Of a node.
    let radius: Double

    private static let widest = 1000.0
    private static let largestRadius = 17.0
    /// Larger graphs take long to lay out, and their drawings show nothing.
    private static let mostNodes = 500

    /// `nil` for a graph of too many nodes.
    init?(_ topology: Topology) {
        guard topology.nodeCount <= Self.mostNodes else { return nil }
        let neighbours = topology.nodes.map { node in
            Set(topology.senders(of: node) + topology.receivers(of: node)).sorted().map(\.index)
        }
        let count = neighbours.count
        let links = neighbours.reduce(0) { $0 + $1.count }
        let isRing = neighbours.allSatisfy { $0.count == 2 }
        let isDense = Double(links) > 0.6 * Double(count * (count - 1))
        let isCircle = count <= 3 || isRing || isDense
        var places = isCircle ? Self.circle(neighbours) : Self.leastStress(Self.hops(neighbours))

        let width =
            isCircle
            ? min(Self.widest, max(400, Double(count) * 2.4 * Self.largestRadius / .pi))
            : max(400, 62 * Double(count).squareRoot())
        let margin = 1.3 * Self.largestRadius
        Self.fit(&places, in: width - 2 * margin)
        radius =
            isCircle ? min(Self.largestRadius, 0.42 * .pi * (width - 2 * margin) / Double(count)) : Self.largestRadius
        if !isCircle { Self.separate(&places, by: 2.3 * radius) }
        let least = places.reduce(places[0]) { pointwiseMin($0, $1) }
        let greatest = places.reduce(places[0]) { pointwiseMax($0, $1) }
        size = SIMD2(max(400, greatest.x - least.x + 2 * margin), max(120, greatest.y - least.y + 2 * margin))
        let shift = (size - least - greatest) / 2
        self.places = places.map { $0 + shift }
    }

    /// The first node on top and the others in the order of a walk along the edges, which is that of a ring.
    private static func circle(_ neighbours: [[Int]]) -> [SIMD2<Double>] {
        var places = [SIMD2<Double>](repeating: .zero, count: neighbours.count)
        var isPlaced = [Bool](repeating: false, count: neighbours.count)
        var position = 0
        for first in neighbours.indices {
            var waiting = [first]
            while let node = waiting.popLast() {
                guard !isPlaced[node] else { continue }
                isPlaced[node] = true
                let angle = Elementary.sineCosine(ofTurns: Double(position) / Double(neighbours.count))
                places[node] = SIMD2(angle.sine, -angle.cosine)
                position += 1
                waiting += neighbours[node].reversed()
            }
        }
        return places
    }

    /// Edges between each two nodes; between parts that nothing connects, two more than the longest way.
    private static func hops(_ neighbours: [[Int]]) -> [[Double]] {
        let ways = neighbours.indices.map { start in
            var hops = [Double](repeating: .infinity, count: neighbours.count)
            hops[start] = 0
            var reached = [start]
            var visited = 0
            while visited < reached.count {
                let node = reached[visited]
                visited += 1
                for neighbour in neighbours[node] where hops[neighbour] == .infinity {
                    hops[neighbour] = hops[node] + 1
                    reached.append(neighbour)
                }
            }
            return hops
        }
        let longest = ways.joined().filter(\.isFinite).max() ?? 0
        return ways.map { $0.map { $0.isFinite ? $0 : longest + 2 } }
    }

    /// Distances on paper as near as may be to those in the graph (Gansner, Koren, North 2004, one node at a time).
    private static func leastStress(_ hops: [[Double]]) -> [SIMD2<Double>] {
        var places = projection(of: hops)
        for _ in 0..<100 {
            var farthestMove = 0.0
            for node in places.indices {
                var sum = SIMD2<Double>.zero
                var weights = 0.0
                for other in places.indices where other != node {
                    let offset = places[node] - places[other]
                    let length = max(1e-9, (offset * offset).sum().squareRoot())
                    let weight = 1 / (hops[node][other] * hops[node][other])
                    sum += weight * (places[other] + offset * (hops[node][other] / length))
                    weights += weight
                }
                let move = sum / weights - places[node]
                places[node] += move
                farthestMove = max(farthestMove, (move * move).sum())
            }
            if farthestMove < 1e-5 { break }
        }
        return places
    }

    /// Classical scaling: the two directions in which the distances differ most. Where the descent above starts.
    private static func projection(of hops: [[Double]]) -> [SIMD2<Double>] {
        let count = Double(hops.count)
        let means = hops.map { row in row.reduce(0) { $0 + $1 * $1 } / count }
        let mean = means.reduce(0, +) / count
        var directions: [[Double]] = []
        for turns in [1.0, 2.0] {
            var direction = hops.indices.map { Elementary.sineCosine(ofTurns: turns * Double($0) / count).cosine + 0.1 }
            for _ in 0..<40 {
                // The matrix is -½ of the squared distances with rows and columns centred.
                var next = hops.indices.map { row in
                    hops.indices.reduce(0) { sum, column in
                        let squared = hops[row][column] * hops[row][column]
                        return sum - (squared - means[row] - means[column] + mean) * direction[column] / 2
                    }
                }
                for earlier in directions {
                    let shared = zip(earlier, next).reduce(0) { $0 + $1.0 * $1.1 }
                    next = zip(earlier, next).map { $1 - shared * $0 }
                }
                let length = max(1e-12, next.reduce(0) { $0 + $1 * $1 }.squareRoot())
                direction = next.map { $0 / length }
            }
            directions.append(direction)
        }
        // Nodes with the same neighbours would start at one place and never part; a small circle parts them.
        let scale = count.squareRoot()
        return hops.indices.map { node in
            let angle = Elementary.sineCosine(ofTurns: Double(node) / count)
            return scale * SIMD2(directions[0][node], directions[1][node]) + 0.05 * SIMD2(angle.cosine, angle.sine)
        }
    }

    /// Moves to the origin and scales, so that neither width nor height is more than `width`.
    private static func fit(_ places: inout [SIMD2<Double>], in width: Double) {
        let least = places.reduce(places[0]) { pointwiseMin($0, $1) }
        let extent = places.reduce(places[0]) { pointwiseMax($0, $1) } - least
        let scale = width / max(extent.max(), 1e-9)
        for node in places.indices { places[node] = (places[node] - least) * scale }
    }

    /// Pushes apart what lies nearer than `distance`.
    private static func separate(_ places: inout [SIMD2<Double>], by distance: Double) {
        for _ in 0..<40 {
            var isSettled = true
            for node in places.indices {
                for other in places.indices where other > node {
                    let offset = places[node] - places[other]
                    let length = max(1e-9, (offset * offset).sum().squareRoot())
                    guard length < distance else { continue }
                    isSettled = false
                    let push = offset * ((distance - length) / length / 2)
                    places[node] += push
                    places[other] -= push
                }
            }
            if isSettled { break }
        }
    }
}
