// Reference rule LFighter, the one that clusters.

extension ReferenceRules {
    @Sendable static func lfighter(_ inputs: ReferenceInputs) -> ReferenceResult {
        let zero = Array(repeating: 0.0, count: inputs.dimension)
        let features = outputLayers(inputs.vectors.map { (inputs.modelBefore ?? zero) - $0 }, inputs)
        let clusters = twoMeans(features)
        var kept = clusters[0]
        if clusters.count == 2, dissimilarity(clusters[1], features) > dissimilarity(clusters[0], features) {
            kept = clusters[1]
        }
        if let pinned = inputs.pinned, !kept.contains(pinned) { kept = (kept + [pinned]).sorted() }
        return ReferenceResult(inputs.vectors.mean(of: kept), kept: kept)
    }

    /// Of every update the two rows of the output layer that move most in all, or the whole layer where there are no
    /// more, or the whole update where there is no layer.
    private static func outputLayers(_ updates: [[Double]], _ inputs: ReferenceInputs) -> [[Double]] {
        let classes = inputs.parameters.count("classes")
        let given = inputs.parameters.count("features")
        let divides = inputs.dimension % classes == 0
        let width = given > 0 ? given : divides ? inputs.dimension / classes - 1 : 0
        guard width > 0, classes * (width + 1) <= inputs.dimension else { return updates }
        let layers = updates.map { Array($0.suffix(classes * (width + 1))) }
        guard classes > 2 else { return layers.map { Array($0.prefix(classes * width)) } }
        func row(_ layer: [Double], _ label: Int) -> [Double] { Array(layer[label * width..<(label + 1) * width]) }
        let order = ranked(0..<classes) { label in
            -layers.reduce(0) { $0 + norm(row($1, label)) + $1[classes * width + label].magnitude }
        }
        let two = order.prefix(2).sorted()
        return layers.map { layer in two.flatMap { row(layer, $0) } }
    }

    /// Lloyd's algorithm from the two points farthest apart; one cluster if all are equal.
    private static func twoMeans(_ points: [[Double]]) -> [[Int]] {
        var farthest = (0, 0)
        for i in points.indices {
            for j in points.indices.dropFirst(i + 1)
            where points.squaredDistance(i, j) > points.squaredDistance(farthest.0, farthest.1) { farthest = (i, j) }
        }
        guard farthest.0 != farthest.1 else { return [Array(points.indices)] }
        var centres = [points[farthest.0], points[farthest.1]]
        var clusters: [[Int]] = []
        for _ in 0...100 {
            let first = points.indices.filter { norm(points[$0] - centres[0]) <= norm(points[$0] - centres[1]) }
            let next = [first, points.indices.filter { !first.contains($0) }]
            guard next != clusters, !next.contains(where: \.isEmpty) else { break }
            clusters = next
            centres = clusters.map { points.mean(of: $0) }
        }
        return clusters
    }

    /// n_k (1 − a), with a the mean over the members of the least cosine with a member, the own one counting as 0.
    private static func dissimilarity(_ cluster: [Int], _ points: [[Double]]) -> Double {
        let least = cluster.map { member in
            cluster.map { other in
                let lengths = norm(points[member]) * norm(points[other])
                return member == other || lengths == 0 ? 0 : dot(points[member], points[other]) / lengths
            }.min() ?? 0
        }
        return Double(cluster.count) - least.reduce(0, +)
    }
}
