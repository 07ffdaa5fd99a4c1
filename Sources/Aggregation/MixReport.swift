// What a rule did with what it was given: the diagnostics of one mix.

/// What became of one neighbour's model.
public enum Treatment: UInt8, Sendable {
    /// It counted in full.
    case kept
    /// Its offset from the own model was shortened, or its weight cut.
    case clipped
    /// It had no influence.
    case removed
    /// Its coordinates, or its channels, were judged one by one: some may have counted and others not.
    case split
}

/// What one mix did, for the record.
public struct MixReport: Equatable, Sendable {
    /// Of each row.
    public private(set) var treatments: [Treatment] = []
    /// The distance beyond which models were clipped or removed, where the rule has one and it was finite.
    public var threshold: Double?
    /// What the own model weighs in the result, where it weighs the same in every coordinate.
    public var ownWeight: Double?
    /// The rule heard too few neighbours for its declared budget.
    public var isDegraded = false
    /// The rule's iteration was stopped by its limit before it had come to an end.
    public var reachedLimit = false

    public init(rows: Int = 0) { begin(rows: rows) }

    /// Forgets the mix before, and takes all of so many rows for kept.
    public mutating func begin(rows: Int) {
        treatments.removeAll(keepingCapacity: true)
        for _ in 0..<rows { treatments.append(.kept) }
        threshold = nil
        ownWeight = nil
        isDegraded = false
        reachedLimit = false
    }

    /// Takes in what was done to the same senders in channels before, of which it keeps the threshold.
    public mutating func join(_ earlier: MixReport) {
        for row in treatments.indices where treatments[row] != earlier.treatments[row] { treatments[row] = .split }
        threshold = earlier.threshold
        if ownWeight != earlier.ownWeight { ownWeight = nil }
        isDegraded = isDegraded || earlier.isDegraded
        reachedLimit = reachedLimit || earlier.reachedLimit
    }

    public func count(_ treatment: Treatment) -> Int { treatments.count { $0 == treatment } }

    mutating func note(_ treatment: Treatment, row: Int) { treatments[row] = treatment }

    mutating func noteAll(_ treatment: Treatment) {
        for row in treatments.indices { treatments[row] = treatment }
    }
}
