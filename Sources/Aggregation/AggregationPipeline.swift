// Pre-aggregations in their order, then a multiset rule: what the laboratory's `aggregate` and gossiping nodes run.
import Kernels
import Registry

/// A chain from n vectors to one.
public struct AggregationPipeline: Sendable {
    public let before: [any PreAggregation]
    public var rule: any AggregationRule

    public init(before: [any PreAggregation] = [], rule: any AggregationRule) {
        self.before = before
        self.rule = rule
    }

    /// The names of its parts.
    public var name: String { (before.map { type(of: $0).name } + [type(of: rule).name]).joined(separator: " then ") }

    /// What may be done to all inputs at once without more than the same happening to the result.
    public var symmetries: Symmetries { before.reduce(rule.symmetries) { $0.intersection($1.symmetries) } }

    /// The most hostile ones among `count` inputs that every part of the chain can be told of.
    ///
    /// - Parameter withOwn: whether one of them is the node's own.
    public func capacity(of count: Int, withOwn: Bool) -> Int {
        var rows = count
        var capacity = count
        for step in before {
            capacity = min(capacity, step.capacity(of: rows))
            rows = step.rows(of: rows, withOwn: withOwn)
        }
        return max(0, min(capacity, rule.capacity(of: rows)))
    }

    /// - Throws: where so many inputs, of which `own` is the node's, cannot be aggregated.
    public func check(inputs: Int, hostile: Int, own: Int? = nil) throws(ConfigurationFault) {
        guard inputs > 0 else { throw ConfigurationFault("there are no vectors; expected at least one") }
        let capacity = capacity(of: inputs, withOwn: own != nil)
        guard hostile <= capacity else {
            throw ConfigurationFault(
                .notAllowed(
                    key: "f", given: "\(hostile)",
                    allowed:
                        "a whole number from 0 to \(capacity) for \(name) of \(inputs) "
                        + "vectors (\(type(of: rule).condition))"))
        }
        try rule.check(inputs: before.reduce(inputs) { $1.rows(of: $0, withOwn: own != nil) }, own: own)
    }

    /// The aggregate of inputs that pass `check`.
    ///
    /// - Parameters:
    ///   - inputs: what is left there is of no use.
    ///   - report: begun for these inputs.
    public mutating func aggregate(
        _ inputs: inout VectorBatch, context: borrowing AggregationContext, into output: inout MutableSpan<Float>,
        report: inout MixReport, scratch: inout Scratch
    ) {
        guard !before.isEmpty else {
            return rule.aggregate(inputs, context: context, into: &output, report: &report, scratch: &scratch)
        }
        var context = copy context
        var inner = MixReport()
        swap(&inner, &scratch.report)
        scratch.groups.removeAll(keepingCapacity: true)
        scratch.groups.append(contentsOf: 0..<inputs.rows)
        let last = type(of: rule).isColumnwise ? before.last as? any ColumnwisePreAggregation : nil
        for step in before.dropLast(last == nil ? 0 : 1) {
            inner.begin(rows: inputs.rows)
            step.apply(to: &inputs, context: &context, report: &inner, scratch: &scratch)
            scratch.carryOver(inner, into: &report)
        }
        inner.begin(rows: inputs.rows)
        if let last {
            last.prepare(inputs, context: context, scratch: &scratch)
            var block = VectorBatch(columns: 0, capacity: 0)
            swap(&block, &scratch.batch)
            aggregateBlocks(
                of: inputs, after: last, context: context, into: &output, report: &inner, block: &block,
                scratch: scratch)
            swap(&block, &scratch.batch)
        } else {
            rule.aggregate(inputs, context: context, into: &output, report: &inner, scratch: &scratch)
        }
        scratch.carryOver(inner, into: &report)
        report.threshold = inner.threshold
        report.reachedLimit = inner.reachedLimit
        swap(&inner, &scratch.report)
    }

    /// Columns that thirty-two rows keep in the first caches.
    private static let block = 512

    /// Makes a block of the last pre-aggregation's results at a time, and aggregates it while it is in the cache.
    ///
    /// - Parameters:
    ///   - report: begun; what is noted is the same in all blocks.
    ///   - block: memory of the thread that has the first one.
    private func aggregateBlocks(
        of inputs: borrowing VectorBatch, after last: any ColumnwisePreAggregation,
        context: borrowing AggregationContext, into output: inout MutableSpan<Float>, report: inout MixReport,
        block: inout VectorBatch, scratch: borrowing Scratch
    ) {
        inputs.shareColumns(by: Self.block, into: &output) { columns, output in
            // Of each thread.
            var rule = rule
            var inner = Scratch()
            var noted = MixReport()
            var rows = VectorBatch(columns: 0, capacity: 0)
            let isFirst = columns.lowerBound == 0
            if isFirst {
                swap(&noted, &report)
                swap(&rows, &block)
            } else {
                noted.begin(rows: inputs.rows)
            }
            inputs.forEachBlock(of: Self.block, in: columns, into: &output) { columns, output in
                last.apply(to: inputs, columns: columns, into: &rows, scratch: scratch)
                rule.aggregate(rows, context: context, into: &output, report: &noted, scratch: &inner)
            }
            if isFirst {
                swap(&noted, &report)
                swap(&rows, &block)
            }
        }
    }
}

extension Scratch {
    /// Notes for every input what became of the row that it is in.
    fileprivate func carryOver(_ rows: MixReport, into report: inout MixReport) {
        for (input, row) in groups.enumerated() where rows.treatments[row] != .kept {
            report.note(rows.treatments[row], row: input)
        }
    }
}
