// RPEL: NNM and the trimmed mean of a few neighbours drawn anew every round, hardly ever most of them hostile.
import Kernels
import Registry

/// Draws s of the neighbours without replacement, mixes each of their models and the own one with its nearest, and
/// takes the trimmed mean, both for b̂ hostile ones (El Mrini, Farhadkhani, Guerraoui 2025, arXiv 2510.08311).
///
/// b̂ is the least number for which |H| T P[Hypergeometric(n − 1, b, s) > b̂] ≤ 1 − p: with probability p, no honest
/// node draws more in any round. That holds where every node hears all others. Who is not drawn does not count.
public struct EpidemicSampling: GossipRule {
    public static let name = "rpel"
    public static let aliases = ["RPEL", "epidemicSampling"]
    public static let summary = "NNM and the trimmed mean of a few neighbours, drawn anew every round."
    public static let guarantee = Guarantee.ofRuns(
        "with probability p no round draws more hostile nodes than withstood, if the graph is complete and 2b̂ < s+1")
    public static let cost = "s² d"
    public static let source = "El Mrini, Farhadkhani, Guerraoui 2025, arXiv 2510.08311, algorithm 1"
    public static let parameters = [
        Parameter.count("sample", 1...1_000_000, default: 15, "s: neighbours drawn a round").known(as: "s"),
        Parameter.number("confidence", 0...0.999_999_999, default: 0.9, "p").known(as: "p"),
    ]

    private let sample: Int
    private let confidence: Double
    private var pipeline: AggregationPipeline

    public init(_ parameters: ParameterValues) {
        sample = parameters.count("sample")
        confidence = parameters.number("confidence")
        pipeline = AggregationPipeline(
            before: [NearestNeighbourMixing(.defaults([]))], rule: TrimmedMean(.defaults([])))
    }

    /// Rounds are not known here: a budget that one round does not withstand is none for a run.
    public func withstands(_ budget: Budget, among weights: [Double]) -> Bool {
        2 * hostileDrawn(of: budget.count, among: weights.count, rounds: 1) < min(sample, weights.count) + 1
    }

    public var conditions: [GraphCondition] { guarantee.conditions + [.complete(perHostile: 0)] }

    /// b̂ for `hostile` among all `neighbours`.
    func hostileDrawn(of hostile: Int, among neighbours: Int, rounds: Int) -> Int {
        let hostile = min(hostile, neighbours)
        let draws = min(sample, neighbours)
        let events = Double(neighbours + 1 - hostile) * Double(max(1, rounds))
        for count in 0..<draws {
            let tail = hypergeometricTail(above: count, population: neighbours, marked: hostile, draws: draws)
            if events * tail <= 1 - confidence { return count }
        }
        return draws
    }

    public mutating func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
    ) {
        let drawn = min(sample, neighbours.rows)
        var hostile = min(drawn, hostileDrawn(of: context.budget.count, among: context.degree, rounds: context.rounds))
        if 2 * hostile >= drawn + 1 {
            report.isDegraded = true
            hostile = drawn / 2
        }
        guard drawn > 0, !(report.isDegraded && context.isStrict) else {
            report.noteAll(.removed)
            return copy(own, into: &next)
        }
        draw(drawn, of: neighbours.rows, context, &scratch)

        var inputs = VectorBatch(columns: 0, capacity: 0)
        var inner = MixReport()
        swap(&inputs, &scratch.neighbourhood)
        swap(&inner, &scratch.neighbourhoodReport)
        inputs.begin(columns: neighbours.columns)
        let elements = neighbours.elements.span
        report.noteAll(.removed)
        for row in scratch.order[..<drawn] {
            report.note(.split, row: row)
            inputs.append(elements.extracting(neighbours.range(ofRow: row)))
        }
        inputs.append(own)
        inner.begin(rows: inputs.rows)
        pipeline.aggregate(
            &inputs, context: AggregationContext(hostile: hostile), into: &next, report: &inner, scratch: &scratch)
        swap(&inputs, &scratch.neighbourhood)
        swap(&inner, &scratch.neighbourhoodReport)
    }

    /// `scratch.order` begins with so many rows, ascending.
    private func draw(_ count: Int, of rows: Int, _ context: borrowing MixContext, _ scratch: inout Scratch) {
        var random = RandomStream(seed: context.seed, purpose: .mixing, node: context.node, round: context.round)
        scratch.order.removeAll(keepingCapacity: true)
        scratch.order.append(contentsOf: 0..<rows)
        for place in 0..<count { scratch.order.swapAt(place, place + random.below(rows - place)) }
        scratch.order[..<count].sort()
    }
}
