// What a node that poisons its data does to a batch, where that depends on the model: the hook, and nothing of attacks.

/// Changes a batch just before a gradient is taken over it.
public protocol BatchPoison: Sendable {
    /// The batch to train on in place of this one, with as many samples.
    func poisoned(
        _ batch: Batch, at parameters: Span<Float>, of objective: any Objective, scratch: inout ObjectiveScratch
    ) -> Batch
}

extension Batch {
    /// The samples of the batch alone, in its order.
    public var picked: Samples {
        let width = samples.featureCount
        var features: [Float] = []
        features.reserveCapacity(rows.count * width)
        for row in rows { features += samples.features[Int(row) * width..<(Int(row) + 1) * width] }
        return Samples(
            features: features, targets: samples.targets.picked(rows), axes: samples.axes,
            weights: samples.weights.isEmpty ? [] : rows.map { samples.weights[Int($0)] })
    }
}
