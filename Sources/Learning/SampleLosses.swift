// Losses one by one, where suprema over samples are wanted and not means; and samples with one of them exchanged.
import Kernels

extension Objective {
    /// The mean gradient over the samples of a batch, as often as they count, and the mean squared distance of one
    /// sample's gradient from it.
    public func gradientSpread(
        at parameters: Span<Float>, on batch: Batch, scratch: inout ObjectiveScratch
    ) -> (mean: [Double], variance: Double) {
        var gradient = [Float](repeating: 0, count: dimension)
        var span = gradient.mutableSpan
        _ = lossAndGradient(at: parameters, on: batch, gradient: &span, scratch: &scratch)
        let squares = zip(batch.rows, squaredGradientNorms(at: parameters, on: batch, scratch: &scratch))
            .reduce(0) { $0 + Double(batch.samples.weight(of: $1.0)) * $1.1 }
        return (gradient.map(Double.init), max(0, squares / batch.weight - squaredNorm(gradient.span)))
    }
}

extension Samples {
    /// The same with another sample, the only one of `other`, at this position, with the weight of what was there.
    public func replacing(_ position: Int, with other: Samples) -> Samples {
        precondition(other.count == 1 && other.shape == shape, "one sample of the same shape")
        var features = features
        features.replaceSubrange(position * featureCount..<(position + 1) * featureCount, with: other.features)
        return Samples(
            features: features, targets: targets.replacing(position, with: other.targets), axes: axes,
            weights: weights)
    }

    /// Whether two samples have the same features and targets.
    public func hasSame(_ position: Int, as other: Samples, at place: Int) -> Bool {
        features[position * featureCount..<(position + 1) * featureCount]
            == other.features[place * featureCount..<(place + 1) * featureCount]
            && targets.picked([Int32(position)]) == other.targets.picked([Int32(place)])
    }
}

extension Targets {
    fileprivate func replacing(_ position: Int, with other: Targets) -> Targets {
        switch (self, other) {
        case (.classes(var labels, let count), .classes(let new, _)):
            labels[position] = new[0]
            return .classes(labels, of: count)
        case (.distributions(var shares, let count), .distributions(let new, _)):
            shares.replaceSubrange(position * count..<(position + 1) * count, with: new)
            return .distributions(shares, of: count)
        case (.values(var values), .values(let new)):
            values[position] = new[0]
            return .values(values)
        default: return self
        }
    }
}
