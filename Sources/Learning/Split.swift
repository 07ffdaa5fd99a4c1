// Split: how the training samples are shared out among nodes. Every sample goes to exactly one of them.
import Kernels
import Registry

/// What a split may go by.
public struct SplitBasis: Sendable {
    /// Of all samples, in stored order.
    public let targets: Targets
    /// Whose each sample is, as numbers 0, 1, …; `nil` where the data do not say it.
    public let groups: [Int32]?

    public init(_ targets: Targets, groups: [Int32]? = nil) {
        precondition(groups.map { $0.count == targets.count } ?? true, "a group for each sample")
        self.targets = targets
        self.groups = groups
    }

    public var count: Int { targets.count }

    /// Of the samples at these positions, in the order given.
    public func picked(_ rows: [Int32]) -> SplitBasis {
        SplitBasis(targets.picked(rows), groups: groups.map { groups in rows.map { groups[Int($0)] } })
    }
}

/// A way to split samples among participants.
public protocol Split: Registered {
    /// - Parameter random: the experiment's stream for splits.
    /// - Returns: for each participant, the positions of its samples.
    /// - Throws: where the split goes by what the data do not have.
    func assign(
        _ basis: SplitBasis, participants: Int, random: inout RandomStream
    ) throws(ConfigurationFault) -> [[Int32]]
}

/// Every split that an experiment can name. A new one is one file in Splits/ and one line here.
public enum SplitCatalog {
    public static let all = Catalog<any Split.Type>(
        "split",
        [
            IIDSplit.self, DirichletSplit.self, DirichletPerNodeSplit.self, OneLabelSplit.self, ShardsSplit.self,
            GammaSimilaritySplit.self, DumbbellSplit.self, GroupSplit.self,
        ], as: { $0 })
}

extension Split {
    /// Samples for everyone, drawn again where somebody has too few.
    ///
    /// - Parameters:
    ///   - minimum: samples that every participant gets at least.
    ///   - key: of the minimum, for messages.
    public func assign(
        _ basis: SplitBasis, participants: Int, atLeast minimum: Int, key: String, random: inout RandomStream
    ) throws(ConfigurationFault) -> [[Int32]] {
        guard minimum.clampedTimes(participants) <= basis.count else {
            throw ConfigurationFault(
                "\(key) is \(minimum), but \(basis.count) samples are only \(basis.count / max(1, participants)) "
                    + "for each of \(participants) nodes")
        }
        var fewest = 0
        var draws = 0
        while draws < mostDraws {
            draws += 1
            let before = random
            let parts = try assign(basis, participants: participants, random: &random)
            let least = parts.map(\.count).min() ?? 0
            if least >= minimum { return parts }
            fewest = max(fewest, least)
            // Nothing was drawn: every further time is the same.
            guard random != before else { break }
        }
        throw ConfigurationFault(
            "\(key) is \(minimum), but in the best of \(draws) draws of the split \(Self.name) a node has only "
                + "\(fewest) of \(basis.count) samples; allowed: fewer, a more even split, or fewer nodes")
    }
}

/// More draws would hardly help.
private let mostDraws = 1_000

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

extension Targets {
    /// All positions by class, or by value, and then as they are stored.
    var sortedPositions: [Int32] {
        let positions = (0..<Int32(count)).map { $0 }
        if let labels {
            return positions.sorted { (labels[Int($0)], $0) < (labels[Int($1)], $1) }
        }
        if case .values(let values) = self {
            return positions.sorted { (values[Int($0)], $0) < (values[Int($1)], $1) }
        }
        return positions
    }
}

/// Cuts `samples` into `parts` consecutive pieces of nearly equal size; the first ones get the extra samples.
func cutEvenly(_ samples: some RandomAccessCollection<Int32>, parts: Int) -> [[Int32]] {
    (0..<parts).map { part in
        let small = samples.count / parts
        let extra = samples.count % parts
        let start = part * small + min(part, extra)
        return Array(samples.dropFirst(start).prefix(small + (part < extra ? 1 : 0)))
    }
}
