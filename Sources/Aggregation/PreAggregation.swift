// What comes before a multiset rule: n vectors in, n or fewer out.
import Kernels
import Registry

/// A step that changes the inputs of a multiset rule.
public protocol PreAggregation: Registered {
    /// Operations of one call, for n inputs of dimension d.
    static var cost: String { get }
    /// The publication that defines it.
    static var source: String { get }
    /// What it does to a rule's guarantee.
    static var effect: String { get }

    /// What may be done to all inputs at once without more than the same happening to the results.
    var symmetries: Symmetries { get }

    /// The most hostile ones among `count` inputs that it can be told of.
    func capacity(of count: Int) -> Int

    /// How many vectors it makes of `count`, of which one may be the node's own.
    func rows(of count: Int, withOwn: Bool) -> Int

    /// - Parameters:
    ///   - inputs: become the results.
    ///   - context: draws are made from it, and the row of the own input may change.
    ///   - report: of these inputs; clipped ones are noted.
    ///   - scratch: its `groups` hold, for each input of the whole chain, the row that it is in; a step that makes
    ///     other rows keeps them up to date.
    func apply(
        to inputs: inout VectorBatch, context: inout AggregationContext, report: inout MixReport,
        scratch: inout Scratch
    )
}

/// A pre-aggregation that looks at all of the inputs once, and then makes each column of its results of that column of
/// the inputs alone. Before a rule that goes by columns, no more of the results than a block ever exists.
protocol ColumnwisePreAggregation: PreAggregation {
    /// Looks at the inputs, and leaves in the scratch what `apply(to:columns:)` goes by.
    func prepare(_ inputs: borrowing VectorBatch, context: borrowing AggregationContext, scratch: inout Scratch)

    /// - Parameters:
    ///   - columns: of the inputs; those of the results are all of `block`.
    ///   - scratch: as it was left.
    func apply(
        to inputs: borrowing VectorBatch, columns: Range<Int>, into block: inout VectorBatch, scratch: borrowing Scratch
    )
}

extension PreAggregation {
    public var symmetries: Symmetries { [.translation, .scale] }
    public func capacity(of count: Int) -> Int { count - 1 }
    public func rows(of count: Int, withOwn: Bool) -> Int { count }
}
