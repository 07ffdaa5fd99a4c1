// A multiset rule as a gossip rule: which models it is given, what becomes of the own one, and which origin it sees.
import Kernels
import Registry

/// A gossip rule that others can put pre-aggregations before.
public protocol NeighbourhoodRule: GossipRule {
    var before: [any PreAggregation] { get set }
}

/// The rule on a node's neighbourhood: `closed` with the own model among the inputs, `open` without it.
///
/// Weights are not used, so on sparse graphs honest nodes disagree more, and their mean drifts even where nobody is
/// hostile (Wu, Chen, Ling 2023, arXiv 2206.04568). Rules whose result depends on the origin are given offsets from the
/// own model.
public struct OnNeighbourhood<Rule: AggregationRule>: NeighbourhoodRule {
    public static var name: String { Rule.name }
    public static var aliases: [String] { Rule.aliases }
    public static var summary: String { Rule.summary }
    public static var cost: String { Rule.cost }
    public static var source: String { Rule.source }
    public static var guarantee: Guarantee {
        Rule.robustness == .none ? .none : .ofNeighbourhood(Rule.robustness, effects: [])
    }
    public static var parameters: [Parameter] {
        Rule.parameters + [
            .choice("neighbourhood", ["closed", "open"], default: "closed", "whether the own model is an input"),
            .number("rate", Double.leastNonzeroMagnitude...1, default: 1, "α: share of the step to the result taken"),
        ] + (Rule.isSelection ? [.flag("protectSelf", default: true, "the own model may not be discarded")] : [])
    }

    private var pipeline: AggregationPipeline
    private let isClosed: Bool
    private let rate: Float
    private let protectsOwn: Bool

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        pipeline = AggregationPipeline(rule: try Rule(parameters))
        isClosed = parameters.text("neighbourhood") == "closed"
        rate = Float(parameters.number("rate"))
        protectsOwn = Rule.isSelection && parameters.flag("protectSelf")
    }

    public var before: [any PreAggregation] {
        get { pipeline.before }
        set { pipeline = AggregationPipeline(before: newValue, rule: pipeline.rule) }
    }

    public var memory: [Float] {
        get { pipeline.rule.memory }
        set { pipeline.rule.memory = newValue }
    }

    public var needs: MixNeeds { pipeline.rule.needs }

    public var guarantee: Guarantee {
        guard case .ofNeighbourhood(let robustness, _) = Self.guarantee else { return Self.guarantee }
        return .ofNeighbourhood(
            robustness, effects: before.map { "after \(type(of: $0).name), \(type(of: $0).effect)" })
    }

    /// Offsets do not change when all models are moved; a rule that knows the model before needs no such help.
    private var takesOffsets: Bool { !pipeline.symmetries.contains(.translation) && !needs.contains(.modelBefore) }

    public var doesWithoutOwn: Bool { true }

    public var takesOwnRow: Bool { isClosed && before.isEmpty && !takesOffsets }

    public var symmetries: Symmetries {
        takesOffsets ? pipeline.symmetries.union(.translation) : pipeline.symmetries
    }

    public func withstands(_ budget: Budget, among weights: [Double]) -> Bool {
        budget.count <= pipeline.capacity(of: weights.count + (isClosed ? 1 : 0), withOwn: isClosed)
    }

    public mutating func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
    ) {
        let isClosed = isClosed && context.countsOwn
        let takesOffsets = takesOffsets && context.mixesModels
        let heard = context.senders.count
        let capacity = pipeline.capacity(of: heard + (isClosed ? 1 : 0), withOwn: isClosed)
        guard heard > 0, let hostile = context.hostileCount(atMost: capacity, &report) else {
            report.noteAll(.removed)
            return copy(own, into: &next)
        }
        var inner = MixReport()
        swap(&inner, &scratch.neighbourhoodReport)
        var inputs = AggregationContext(
            hostile: hostile, own: context.ownRow, protectsOwn: protectsOwn, modelBefore: context.modelBefore,
            random: RandomStream(seed: context.seed, purpose: .mixing, node: context.node, round: context.round))
        if context.ownRow != nil {
            inner.begin(rows: neighbours.rows)
            pipeline.rule.aggregate(neighbours, context: inputs, into: &next, report: &inner, scratch: &scratch)
        } else {
            var rows = VectorBatch(columns: 0, capacity: 0)
            swap(&rows, &scratch.neighbourhood)
            inputs.own = gather(
                isClosed ? own : nil, neighbours, minus: takesOffsets ? own : nil,
                place: context.senders.count { $0 < context.node }, into: &rows)
            inner.begin(rows: rows.rows)
            pipeline.aggregate(&rows, context: inputs, into: &next, report: &inner, scratch: &scratch)
            swap(&rows, &scratch.neighbourhood)
        }
        finish(own, &next, isOffset: takesOffsets)
        for row in 0..<heard {
            report.note(inner.treatments[inputs.own.map { row < $0 ? row : row + 1 } ?? row], row: row)
        }
        report.threshold = inner.threshold
        report.reachedLimit = inner.reachedLimit
        swap(&inner, &scratch.neighbourhoodReport)
    }

    /// Fills `inputs`, in ascending order of who sent them, and returns the row of the own one.
    private func gather(
        _ own: Span<Float>?, _ neighbours: borrowing VectorBatch, minus origin: Span<Float>?, place: Int,
        into inputs: inout VectorBatch
    ) -> Int? {
        func append(_ model: Span<Float>) {
            if let origin { inputs.append(model, minus: origin) } else { inputs.append(model) }
        }
        inputs.begin(columns: neighbours.columns)
        inputs.crew = neighbours.crew
        let elements = neighbours.elements.span
        for row in 0...neighbours.rows {
            if row == place, let own { append(own) }
            if row < neighbours.rows { append(elements.extracting(neighbours.range(ofRow: row))) }
        }
        return own == nil ? nil : place
    }

    /// Adds the own model back to an offset, and goes only a share of the way.
    private func finish(_ own: Span<Float>, _ next: inout MutableSpan<Float>, isOffset: Bool) {
        if isOffset {
            scale(rate, &next)
            axpy(1, own, into: &next)
        } else if rate < 1 {
            for index in next.indices { next[index] = own[index] + rate * (next[index] - own[index]) }
        }
    }
}
