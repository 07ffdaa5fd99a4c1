// Losses one by one, where suprema over samples are wanted and not means; and samples with one of them exchanged.
import Kernels

extension Objective {
    /// ℓ(x; z) of every sample of the batch, in its order.
    public func sampleLosses(
        at parameters: Span<Float>, on batch: Batch, scratch: inout ObjectiveScratch
    ) -> [Double] {
        var losses: [Double] = []
        losses.reserveCapacity(batch.count)
        var one = Batch(batch.samples, rows: [0])
        for row in batch.rows {
            one.rows[0] = row
            losses.append(loss(at: parameters, on: one, scratch: &scratch))
        }
        return losses
    }

    /// The mean gradient over the samples of a batch, and the mean squared distance of one sample's gradient from it.
    public func gradientSpread(
        at parameters: Span<Float>, on batch: Batch, scratch: inout ObjectiveScratch
    ) -> (mean: [Double], variance: Double) {
        var sums = [Double](repeating: 0, count: dimension)
        var squares = 0.0
        sampleGradients(at: parameters, on: batch, scratch: &scratch) { _, gradient in
            for index in sums.indices {
                let value = Double(gradient[index])
                sums[index] += value
                squares += value * value
            }
        }
        let share = 1 / Double(batch.count)
        var square = 0.0
        for index in sums.indices {
            sums[index] *= share
            square += sums[index] * sums[index]
        }
        return (sums, max(0, squares * share - square))
    }
}

extension Samples {
    /// The same with another sample, the only one of `other`, at this position.
    public func replacing(_ position: Int, with other: Samples) -> Samples {
        precondition(other.count == 1 && other.shape == shape, "one sample of the same shape")
        var features = features
        features.replaceSubrange(position * featureCount..<(position + 1) * featureCount, with: other.features)
        return Samples(features: features, targets: targets.replacing(position, with: other.targets), axes: axes)
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
