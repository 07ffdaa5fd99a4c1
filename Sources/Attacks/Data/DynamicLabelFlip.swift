// Dynamic label flip: each sample of each batch as what the node's own model takes it for least.
import Learning
import Registry

/// Trains honestly on labels replaced, whenever a batch is drawn, by the class that the current model finds least
/// likely for the sample, on a tie the lowest (as ByrdLab).
public struct DynamicLabelFlip: DataAttack {
    public static let name = "dynamicLabelFlip"
    public static let aliases = ["dynamicFlip"]
    public static let summary = "Trains on the label that the own model finds least likely, anew in each batch."

    public init(_ parameters: ParameterValues) {}

    public var batchPoison: (any BatchPoison)? { LeastLikelyLabels() }
}

/// The class of the greatest loss, which is the least likely one.
private struct LeastLikelyLabels: BatchPoison {
    func poisoned(
        _ batch: Batch, at parameters: Span<Float>, of objective: any Objective, scratch: inout ObjectiveScratch
    ) -> Batch {
        let samples = batch.picked
        let count = samples.classCount
        var greatest = [Double](repeating: -.infinity, count: samples.count)
        var labels = [Int32](repeating: 0, count: samples.count)
        for label in 0..<Int32(count) {
            let asked = samples.with(.classes([Int32](repeating: label, count: samples.count), of: count))
            for row in labels.indices {
                let one = Batch(asked, rows: [Int32(row)])
                let loss = objective.loss(at: parameters, on: one, scratch: &scratch)
                if loss > greatest[row] { (greatest[row], labels[row]) = (loss, label) }
            }
        }
        return Batch(samples.with(.classes(labels, of: count)))
    }
}
