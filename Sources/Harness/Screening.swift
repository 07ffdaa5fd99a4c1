// Screening: how well the rules told hostile nodes from honest neighbours. Only the laboratory can say: it knows who is
// hostile.
import JSON
import Metrics

/// What the honest nodes' rules did with the models of honest and of hostile neighbours.
public struct Screening: Sendable, Equatable {
    public private(set) var honest = Tally()
    public private(set) var hostile = Tally()

    /// - Parameter nodes: for every node, what the honest ones did with its models.
    public init(_ nodes: some Sequence<(tally: Tally, isHostile: Bool)>) {
        for (tally, isHostile) in nodes {
            if isHostile { hostile += tally } else { honest += tally }
        }
    }

    /// Share of the honest models that were clipped or removed; `nil` where no model was judged as a whole.
    public var falsePositives: Double? {
        honest.judged == 0 ? nil : Double(honest.clipped + honest.removed) / Double(honest.judged)
    }

    /// Share of the hostile nodes' models that counted in full; `nil` where no such model was judged as a whole.
    public var falseNegatives: Double? {
        hostile.judged == 0 ? nil : Double(hostile.kept) / Double(hostile.judged)
    }

    /// Both in words; `nil` where there is nothing to tell.
    public var description: String? {
        let parts = [
            falsePositives.map { "\(percent($0)) of honest models clipped or removed" },
            falseNegatives.map { "\(percent($0)) of hostile ones kept in full" },
        ].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}

extension JSONLine {
    /// `"key":{"heard":…,"kept":…,"clipped":…,"removed":…}`.
    mutating func add(_ key: String, _ tally: Tally) {
        add(key) { object in
            object.add("heard", tally.heard)
            object.add("kept", tally.kept)
            object.add("clipped", tally.clipped)
            object.add("removed", tally.removed)
        }
    }
}
