// Split: how the training samples are shared out among nodes. Every sample goes to exactly one of them.
import Kernels
import Registry

/// A way to split samples among participants.
public protocol Split: Registered {
    /// - Parameters:
    ///   - targets: of all samples.
    ///   - random: the experiment's stream for splits.
    /// - Returns: for each participant, the positions of its samples.
    /// - Throws: where the split goes by classes, and there are none.
    func assign(
        _ targets: Targets, participants: Int, random: inout RandomStream
    ) throws(ConfigurationFault) -> [[Int32]]
}

/// Every split that an experiment can name. A new one is one file in Splits/ and one line here.
public enum SplitCatalog {
    public static let all = Catalog<any Split.Type>(
        "split", [IIDSplit.self, DirichletSplit.self, OneLabelSplit.self], as: { $0 })
}

extension Split {
    /// The positions of each class's samples, in stored order.
    func samplesByClass(_ targets: Targets) throws(ConfigurationFault) -> [[Int32]] {
        guard let labels = targets.labels else {
            throw ConfigurationFault("task.split \(Self.name) goes by classes, and the data have \(targets.kind)")
        }
        var classes = [[Int32]](repeating: [], count: targets.kind.classCount)
        for (position, label) in labels.enumerated() { classes[Int(label)].append(Int32(position)) }
        return classes
    }
}

/// Cuts `samples` into `parts` consecutive pieces of nearly equal size; the first ones get the extra samples.
func cutEvenly(_ samples: [Int32], parts: Int) -> [[Int32]] {
    (0..<parts).map { part in
        let small = samples.count / parts
        let extra = samples.count % parts
        let start = part * small + min(part, extra)
        return Array(samples[start..<start + small + (part < extra ? 1 : 0)])
    }
}
