// Reference pre-aggregations: what is done to the inputs before a rule.
import Kernels

extension ReferenceRules {
    static func clipping(_ inputs: ReferenceInputs) -> [[Double]] {
        inputs.vectors.map { clipped($0, at: inputs.parameters.number("length")) }
    }

    static func adaptiveClipping(_ inputs: ReferenceInputs) -> [[Double]] {
        let count = 2 * inputs.hostile * (inputs.count - inputs.hostile) / inputs.count
        let order = ranked(0..<inputs.count) { norm(inputs.vectors[$0]) }
        guard count > 0 else { return inputs.vectors }
        let length = count < inputs.count ? norm(inputs.vectors[order[inputs.count - count - 1]]) : 0
        return inputs.vectors.indices.map { row in
            order.suffix(count).contains(row) ? clipped(inputs.vectors[row], at: length) : inputs.vectors[row]
        }
    }

    static func nearestNeighbourMixing(_ inputs: ReferenceInputs) -> [[Double]] {
        (0..<inputs.count).map { row in
            let order = ranked(0..<inputs.count) { $0 == row ? -1 : inputs.vectors.squaredDistance(row, $0) }
            return inputs.vectors.mean(of: order.prefix(inputs.count - inputs.hostile).sorted())
        }
    }

    @Sendable static func bucketing(_ inputs: ReferenceInputs, _ random: inout RandomStream) -> Prepared {
        let size = inputs.parameters.count("size")
        var order = (0..<inputs.count).filter { $0 != inputs.own }
        for last in order.indices.dropFirst().reversed() { order.swapAt(last, random.below(last + 1)) }
        var groups = stride(from: 0, to: order.count, by: size).map { Array(order[$0...].prefix(size)) }
        if let own = inputs.own { groups.append([own]) }
        let places = (0..<inputs.count).map { row in groups.firstIndex { $0.contains(row) } ?? 0 }
        return (groups.map { inputs.vectors.mean(of: $0) }, places)
    }
}
