// Targets: what is to be predicted of each sample. A class, a distribution over classes, a real number, or nothing.

/// What is predicted, without the values.
public enum TargetKind: Sendable, Equatable, CustomStringConvertible {
    /// One of so many classes, or a distribution over them.
    case classes(Int)
    /// A real number.
    case values
    /// Nothing: only features count.
    case none

    public var description: String {
        switch self {
        case .classes(let count): "\(count) classes"
        case .values: "real values"
        case .none: "no targets"
        }
    }

    /// Classes; 0 where there are none.
    public var classCount: Int { if case .classes(let count) = self { count } else { 0 } }
}

/// The targets of n samples, in their order.
public enum Targets: Sendable, Equatable {
    /// Labels 0 ..< count, one a sample.
    case classes([Int32], of: Int)
    /// Soft labels: n × count probabilities, row after row.
    case distributions([Float], of: Int)
    case values([Float])
    /// So many samples, of which nothing is predicted.
    case none(Int)

    public var kind: TargetKind {
        switch self {
        case .classes(_, let count), .distributions(_, let count): .classes(count)
        case .values: .values
        case .none: .none
        }
    }

    /// Samples.
    public var count: Int {
        switch self {
        case .classes(let labels, _): labels.count
        case .distributions(let shares, let count): shares.count / count
        case .values(let values): values.count
        case .none(let count): count
        }
    }

    /// Of the samples at these positions, in the order given.
    public func picked(_ rows: [Int32]) -> Targets {
        switch self {
        case .classes(let labels, let count): .classes(rows.map { labels[Int($0)] }, of: count)
        case .distributions(let shares, let count):
            .distributions(rows.flatMap { shares[Int($0) * count..<(Int($0) + 1) * count] }, of: count)
        case .values(let values): .values(rows.map { values[Int($0)] })
        case .none: .none(rows.count)
        }
    }

    /// The class of each sample, the likeliest where there is a distribution (the lowest such on a tie); `nil` where
    /// there are no classes.
    public var labels: [Int32]? {
        switch self {
        case .classes(let labels, _): labels
        case .distributions(let shares, let count):
            (0..<self.count).map { row in
                var best = 0
                for label in 1..<count where shares[row * count + label] > shares[row * count + best] { best = label }
                return Int32(best)
            }
        case .values, .none: nil
        }
    }

    /// With another class in the place of each.
    ///
    /// - Parameter relabelling: a class for each class; targets without classes stay as they are.
    public func relabelled(by relabelling: [Int]) -> Targets {
        precondition(kind.classCount == 0 || relabelling.count == kind.classCount, "a new label for each class")
        switch self {
        case .classes(let labels, let count): return .classes(labels.map { Int32(relabelling[Int($0)]) }, of: count)
        case .distributions(let shares, let count):
            var moved = [Float](repeating: 0, count: shares.count)
            for place in shares.indices { moved[place - place % count + relabelling[place % count]] += shares[place] }
            return .distributions(moved, of: count)
        case .values, .none: return self
        }
    }
}
