// SweepBaseline: whether a rule is better than no communication, where the grid has cells in which nodes learn alone.
// Compared seed by seed: data and start are the same, so that most of what differs from seed to seed cancels.
import Metrics

extension SweepTable {
    /// Stands beside figures that are no better than those of nodes that learn alone.
    static let mark = "°"

    /// What the mark means.
    var markInWords: String {
        let how =
            seeds > 1
            ? "the 95 % interval of the difference, seed by seed, does not lie above 0"
            : "the difference is not above 0"
        return "\(Self.mark) no better than no communication: \(how)"
    }

    /// The measures by which a group is no better than nodes that learn alone.
    func measuresNoBetter(_ group: Group) -> [SweepMeasure] {
        SweepMeasure.allCases.filter { isNoBetter(group, $0) }
    }

    /// Whether nothing shows that the group's nodes gain by mixing; not where there is nothing to compare with.
    func isNoBetter(_ group: Group, _ measure: SweepMeasure) -> Bool {
        guard let better = measure.better, let baseline = group.baseline else { return false }
        let alone = groups[baseline].figures(measure)
        let sign = better(1, 0) ? 1.0 : -1
        let gains = group.figures(measure).sorted { $0.key < $1.key }.compactMap { seed, figure in
            alone[seed].map { sign * (figure - $0) }
        }
        guard !gains.isEmpty else { return false }
        let gain = Estimate(gains)
        return gain.mean - (gain.halfWidth ?? 0) <= 0
    }

    /// For each group the one of nodes that learn alone and of the same everything else: all values but one are equal.
    static func baselines(of groups: [Group]) -> [Int?] {
        var alone: [[Int]: Int] = [:]
        // A choice that no axis has stands for any.
        func pattern(_ choices: [Int], _ axis: Int) -> [Int] {
            var pattern = choices
            pattern[axis] = -1
            return pattern
        }
        for (index, group) in groups.enumerated() where group.isAlone {
            for axis in group.choices.indices where alone[pattern(group.choices, axis)] == nil {
                alone[pattern(group.choices, axis)] = index
            }
        }
        return groups.map { group in
            guard !group.isAlone else { return nil }
            return group.choices.indices.lazy.compactMap { alone[pattern(group.choices, $0)] }.first
        }
    }
}
