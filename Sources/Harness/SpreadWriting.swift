// How spreads over the honest nodes stand in metrics.jsonl and summary.json alike: worst, mean, best, average model.
import JSON
import Metrics

extension JSONLine {
    /// `"accuracy":{"worst":…},"loss":{"worst":…}`; the accuracy only where something is classified.
    mutating func add(_ scores: Scores) {
        if let accuracy = scores.accuracy { add("accuracy") { $0.add(accuracy, isBetterBelow: false) } }
        add("loss") { $0.add(scores.loss, isBetterBelow: true) }
    }

    /// `"worst":…,"mean":…,"best":…,"averageModel":…`; null where there is none.
    ///
    /// - Parameter isBetterBelow: the greatest is the worst.
    mutating func add(_ spread: Spread?, isBetterBelow: Bool) {
        add("worst", isBetterBelow ? spread?.greatest : spread?.least)
        add("mean", spread?.mean)
        add("best", isBetterBelow ? spread?.least : spread?.greatest)
        add("averageModel", spread?.averageModel)
    }

    /// `"rms":…,"relative":…,"median":…,"medianRelative":…`.
    mutating func add(_ distance: ConsensusDistance?) {
        add("rms", distance?.rootMeanSquare)
        add("relative", distance?.relative)
        add("median", distance?.median)
        add("medianRelative", distance?.medianRelative)
    }
}
