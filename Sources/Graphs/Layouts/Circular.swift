// The circular layout: all nodes on one circle, at equal distances.
import Kernels
import Registry

/// The first node on top and the others in the order of a walk along the edges, which is that of a ring.
public struct Circular: GraphLayout {
    public static let name = "circular"
    public static let aliases = ["circle"]
    public static let summary = "All nodes on a circle, in the order of a walk along the edges."

    public init(_ parameters: ParameterValues) {}

    public static func width(of nodes: Int) -> Double { 1.2 * Double(nodes) / .pi }

    public func places(of neighbours: [[Int]]) -> [SIMD2<Double>] {
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
}
