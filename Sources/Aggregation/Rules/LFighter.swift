// LFighter: clusters the output layers' updates into two, and averages the larger, more diverse cluster: nodes that
// flip labels are the other one.
import Kernels
import Registry

/// Clusters the output layers' updates into two and averages the inputs of the larger, more diverse cluster (Jebreel,
/// Domingo-Ferrer, Sánchez, Blanco-Justicia, arXiv 2207.01982).
///
/// Of the layer only the two classes count whose updates are greatest, or all of it where there are two or fewer. An
/// update is the model before the local step minus the input. The layer is the end of the model, class by class, then a
/// bias for each; where the model cannot hold it, all of the update counts.
public struct LFighter: AggregationRule {
    public static let name = "lfighter"
    public static let aliases = ["LFighter"]
    public static let summary = "Mean of the larger and more diverse of two clusters of output layers."
    public static let robustness = Robustness.statement("none against the worst case; made for flipped labels")
    public static let cost = "n d + n² features"
    public static let source = "Jebreel, Domingo-Ferrer, Sánchez, Blanco-Justicia, arXiv 2207.01982, algorithm 1"
    public static let condition = "any n and f"
    public static let isSelection = true
    public static let parameters = [
        Parameter.count("classes", 1...1_000_000, default: 10, "rows of the output layer"),
        Parameter.count(
            "features", 0...1_000_000_000, default: 0, "columns of the output layer; 0: the layer is the whole model"),
    ]
    private static let mostSteps = 100

    private let classes: Int
    private let features: Int

    public init(_ parameters: ParameterValues) {
        classes = parameters.count("classes")
        features = parameters.count("features")
    }

    public var symmetries: Symmetries { .scale }
    public var needs: MixNeeds { .modelBefore }

    public func capacity(of count: Int) -> Int { count }

    public func aggregate(
        _ inputs: borrowing VectorBatch, context: borrowing AggregationContext, into output: inout MutableSpan<Float>,
        report: inout MixReport, scratch: inout Scratch
    ) {
        gatherFeatures(of: inputs, from: context.modelBefore, &scratch)
        squaredDistances(among: scratch.batch, into: &scratch.pairs)
        report.reachedLimit = !cluster(&scratch, count: inputs.rows)
        keepMoreDissimilar(&scratch, count: inputs.rows)
        if let pinned = context.pinned, !scratch.chosen.contains(pinned) {
            scratch.chosen.append(pinned)
            scratch.chosen.sort()
        }
        scratch.averageChosen(of: inputs, into: &output, report: &report)
    }

    /// Columns of the layer, or `nil` where a model of this dimension has none.
    private func width(dimension: Int) -> Int? {
        if features > 0 { return classes * (features + 1) <= dimension ? features : nil }
        return dimension % classes == 0 && dimension > classes ? dimension / classes - 1 : nil
    }

    /// `batch` becomes, for each input, the elements of its update that count.
    private func gatherFeatures(of inputs: borrowing VectorBatch, from before: [Float], _ scratch: inout Scratch) {
        let dimension = inputs.columns
        var ranges = (0..<dimension, 0..<0)
        if let width = width(dimension: dimension) {
            let start = dimension - classes * (width + 1)
            ranges.0 = start..<start + classes * width
            if classes > 2 {
                let (first, second) = greatestClasses(inputs, before, start: start, width: width)
                ranges.0 = start + first * width..<start + (first + 1) * width
                ranges.1 = start + second * width..<start + (second + 1) * width
            }
        }
        scratch.batch.begin(columns: ranges.0.count + ranges.1.count)
        for row in 0..<inputs.rows {
            scratch.vector.removeAll(keepingCapacity: true)
            for index in ranges.0 { scratch.vector.append(update(inputs, before, row, index)) }
            for index in ranges.1 { scratch.vector.append(update(inputs, before, row, index)) }
            scratch.batch.append(scratch.vector)
        }
    }

    private func update(_ inputs: borrowing VectorBatch, _ before: [Float], _ row: Int, _ index: Int) -> Float {
        (before.isEmpty ? 0 : before[index]) - inputs.elements[row * inputs.columns + index]
    }

    /// The two classes with the greatest Σ_j |ΔW_j[c]| + |Δb_j[c]|, ascending; on equal sums the smaller ones.
    private func greatestClasses(
        _ inputs: borrowing VectorBatch, _ before: [Float], start: Int, width: Int
    ) -> (Int, Int) {
        var best = (score: -Double.infinity, label: 0)
        var second = best
        for label in 0..<classes {
            var score = 0.0
            for row in 0..<inputs.rows {
                var square = 0.0
                for index in start + label * width..<start + (label + 1) * width {
                    let difference = Double(update(inputs, before, row, index))
                    square += difference * difference
                }
                let bias = update(inputs, before, row, start + classes * width + label)
                score += square.squareRoot() + Double(bias.magnitude)
            }
            if score > best.score {
                (best, second) = ((score, label), best)
            } else if score > second.score {
                second = (score, label)
            }
        }
        return (min(best.label, second.label), max(best.label, second.label))
    }

    /// `chosen` becomes the cluster of the smaller start, by Lloyd's steps from the two rows farthest apart; whether
    /// they came to an end.
    private func cluster(_ scratch: inout Scratch, count: Int) -> Bool {
        var (first, second) = (0, 0)
        for row in 0..<count {
            for other in row + 1..<max(count, row + 1)
            where scratch.pairs[row * count + other] > scratch.pairs[first * count + second] {
                (first, second) = (row, other)
            }
        }
        scratch.chosen.removeAll(keepingCapacity: true)
        scratch.order.removeAll(keepingCapacity: true)
        for row in 0..<count {
            if scratch.pairs[row * count + first] <= scratch.pairs[row * count + second] {
                scratch.chosen.append(row)
            } else {
                scratch.order.append(row)
            }
        }
        for _ in 0..<Self.mostSteps {
            let areTwo = !scratch.order.isEmpty && !scratch.chosen.isEmpty
            guard areTwo, scratch.assignToNearerMean(count: count) else { return true }
        }
        return false
    }

    /// `chosen` becomes the cluster with the greater D = n_k/n (1 − a), with a the mean over its members of the least
    /// cosine with another one, where the own counts as 0.
    private func keepMoreDissimilar(_ scratch: inout Scratch, count: Int) {
        guard !scratch.chosen.isEmpty, !scratch.order.isEmpty else { return scratch.chooseAll(count) }
        let (first, second) = (
            dissimilarity(scratch.chosen, scratch.batch), dissimilarity(scratch.order, scratch.batch)
        )
        if second > first { swap(&scratch.chosen, &scratch.order) }
    }

    private func dissimilarity(_ cluster: [Int], _ features: borrowing VectorBatch) -> Double {
        let elements = features.elements.span
        var sum = 0.0
        for row in cluster {
            var least = 0.0
            let own = elements.extracting(features.range(ofRow: row))
            for other in cluster where other != row {
                let another = elements.extracting(features.range(ofRow: other))
                let lengths = norm(own) * norm(another)
                if lengths > 0 { least = min(least, dot(own, another) / lengths) }
            }
            sum += least
        }
        return Double(cluster.count) - sum
    }
}

extension Scratch {
    /// Every row goes to the cluster, `chosen` or `order`, whose mean is nearer; to `chosen` where both are.
    fileprivate mutating func assignToNearerMean(count: Int) -> Bool {
        let (insideChosen, insideOrder) = (meanPair(chosen, count: count), meanPair(order, count: count))
        scores.removeAll(keepingCapacity: true)
        for row in 0..<count {
            // |x − m|² = mean of |x − x_j|² − half the mean of |x_j − x_k|² over the cluster.
            var (toChosen, toOrder) = (0.0, 0.0)
            for member in chosen { toChosen += pairs[row * count + member] }
            for member in order { toOrder += pairs[row * count + member] }
            scores.append(
                toOrder / Double(order.count) - 0.5 * insideOrder
                    - (toChosen / Double(chosen.count) - 0.5 * insideChosen))
        }
        var changed = false
        for row in chosen where scores[row] < 0 { changed = true }
        for row in order where scores[row] >= 0 { changed = true }
        guard changed else { return false }
        chosen.removeAll(keepingCapacity: true)
        order.removeAll(keepingCapacity: true)
        for row in 0..<count {
            if scores[row] >= 0 { chosen.append(row) } else { order.append(row) }
        }
        return true
    }

    private func meanPair(_ cluster: [Int], count: Int) -> Double {
        var sum = 0.0
        for row in cluster {
            for other in cluster { sum += pairs[row * count + other] }
        }
        return sum / Double(cluster.count * cluster.count)
    }
}
