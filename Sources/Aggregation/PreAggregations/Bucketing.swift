// Bucketing: random groups, averaged. Every node draws its own, and the same again when its round is recomputed.
import Kernels
import Registry

/// The means of random groups of s inputs; the last may be smaller (Karimireddy, He, Jaggi, ICLR 2022, arXiv
/// 2006.09365). f stays as it is, since a hostile input spoils one group.
///
/// A node's own input is a group of its own: a rule that takes it for its centre or its pivot trusts it, and would
/// trust a hostile one in its group.
public struct Bucketing: PreAggregation {
    public static let name = "bucketing"
    public static let aliases = ["Bucketing"]
    public static let summary = "Means of random groups of inputs."
    public static let effect = "honest variance divided by s; n becomes n/s, f does not change; the own one stays apart"
    public static let cost = "n d"
    public static let source = "Karimireddy, He, Jaggi, ICLR 2022, arXiv 2006.09365, algorithm 1"
    public static let parameters = [
        Parameter.count("size", 1...1_000_000, default: 2, "s: inputs in a group").known(as: "s")
    ]
    private let size: Int

    public init(_ parameters: ParameterValues) { size = parameters.count("size") }

    public func rows(of count: Int, withOwn: Bool) -> Int {
        withOwn ? 1 + rows(of: count - 1, withOwn: false) : (count + size - 1) / size
    }

    public func apply(
        to inputs: inout VectorBatch, context: inout AggregationContext, report: inout MixReport,
        scratch: inout Scratch
    ) {
        let count = inputs.rows
        scratch.chooseAll(count)
        var others = count
        if let own = context.own {
            others -= 1
            scratch.chosen.append(scratch.chosen.remove(at: own))
        }
        for last in stride(from: others - 1, to: 0, by: -1) {
            scratch.chosen.swapAt(last, context.random.below(last + 1))
        }
        scratch.batch.begin(columns: inputs.columns)
        scratch.order.removeAll(keepingCapacity: true)
        scratch.order.append(contentsOf: 0..<count)
        var start = 0
        while start < count {
            let members = start..<(start < others ? min(start + size, others) : count)
            scratch.setCoefficients(0, rows: count)
            for member in members {
                scratch.coefficients[scratch.chosen[member]] = 1 / Double(members.count)
                scratch.order[scratch.chosen[member]] = scratch.batch.rows
            }
            combine(inputs, scratch.coefficients, onto: &scratch.batch)
            start = members.upperBound
        }
        for input in scratch.groups.indices { scratch.groups[input] = scratch.order[scratch.groups[input]] }
        context.own = context.own.map { scratch.order[$0] }
        swap(&inputs, &scratch.batch)
    }
}
