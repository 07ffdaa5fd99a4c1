// Rules whose work is shared in parts: the same bits for any number of them, over both catalogues.
import Aggregation
import Kernels
import Registry
import Synchronization
import Testing
import TestSupport

@Suite("Shared work")
struct SharedWorkTests {
    @Test("a multiset rule comes to the same bits on any number of threads", arguments: CatalogAggregation.all)
    func multiset(rule: CatalogAggregation) throws {
        let violations = try SharedWork.ofMultisets.violations(of: rule)
        #expect(violations == [])
    }

    @Test("so does a gossip rule", arguments: CatalogRule.everyGossip)
    func gossip(rule: CatalogRule) throws {
        let violations = try SharedWork.ofGossip.violations(of: rule)
        #expect(violations == [])
    }

    @Test("rules that count their threads are found out")
    func breaks() throws {
        #expect(try !SharedWork.ofMultisets.violationsOfCounterexample.isEmpty)
        #expect(try !SharedWork.ofGossip.violationsOfCounterexample.isEmpty)
    }

    @Test("what comes of blocks of mixed inputs is what comes of all of them", arguments: CatalogAggregation.all)
    func blocks(rule: CatalogAggregation) throws {
        let mixing = NearestNeighbourMixing(.defaults(NearestNeighbourMixing.parameters))
        let instance = try SharedWork.instance(of: rule, dimension: 1_300)
        let (vector, report) = try instance.aggregated(by: rule.type, after: [mixing])
        var batch = VectorBatch(columns: instance.vectors[0].count, capacity: instance.vectors.count)
        for vector in instance.vectors { batch.append(vector) }
        var context = AggregationContext(hostile: instance.hostile, own: 0, protectsOwn: false)
        var (noted, scratch) = (MixReport(rows: batch.rows), Scratch())
        mixing.apply(to: &batch, context: &context, report: &noted, scratch: &scratch)
        var mixed = instance
        mixed.vectors = (0..<batch.rows).map { Array(batch.elements[batch.range(ofRow: $0)]) }
        let whole = try mixed.aggregated(by: rule.type)
        #expect(vector.map(\.bitPattern) == whole.vector.map(\.bitPattern))
        #expect(report.treatments == whole.report.treatments && report.threshold == whole.report.threshold)
    }

    @Test("a batch is cut as its crew says, into columns that together are all", arguments: [1, 63, 64, 65, 1_000])
    func columns(count: Int) {
        for members in 1...5 {
            var batch = VectorBatch(columns: count, capacity: 1)
            batch.append([Float](repeating: 0, count: count))
            batch.crew = SharedWork.crew(of: members)
            var out = [Float](repeating: -1, count: count)
            var span = out.mutableSpan
            batch.shareColumns(by: 64, into: &span) { columns, out in
                #expect(columns.lowerBound.isMultiple(of: 64) && out.count == columns.count)
                for index in out.indices { out[index] += Float(columns.lowerBound + index + 1) }
            }
            #expect(out == (0..<count).map(Float.init))
        }
    }

    @Test("a short batch is left to the caller")
    func short() {
        let calls = Mutex(0)
        let crew = Crew(members: { 2 }, leastElements: 101) { parts, work in
            calls.withLock { $0 += 1 }
            for part in 0..<parts { work(part) }
        }
        for rows in [1, 2] {
            var batch = VectorBatch(columns: 100, capacity: rows)
            for row in 0..<rows { batch.append([Float](repeating: Float(row), count: 100)) }
            batch.crew = crew
            var out = [Float](repeating: 0, count: 100)
            var span = out.mutableSpan
            batch.shareColumns(by: 10, into: &span) { _, _ in }
            #expect(calls.withLock { $0 } == rows - 1)
        }
    }
}

enum SharedWork {
    /// So many parts, the last one first, however short the vectors.
    static func crew(of members: Int) -> Crew {
        Crew(members: { members }, leastElements: 0) { parts, work in
            for part in (0..<parts).reversed() { work(part) }
        }
    }

    static func instance(of rule: CatalogAggregation, dimension: Int) throws -> AggregationInstance {
        var random = RandomStream(seed: 1, purpose: .measurement)
        let count = 12
        let vectors = (0..<count).map { random.vector(dimension, deviation: $0 < 2 ? 3 : 1) }
        return AggregationInstance(vectors, hostile: min(2, try rule.make().capacity(of: count)), own: 0)
    }

    static let ofMultisets = Law(
        "comes to the same bits on any number of threads", brokenBy: CatalogAggregation(type: PartCounting.self)
    ) { (rule: CatalogAggregation, verdict) in
        // Blocks of a thousand columns, and a rest.
        var instance = try SharedWork.instance(of: rule, dimension: 3 * 1_024 + 5)
        let alone = try instance.aggregated(by: rule.type)
        for members in [2, 3] {
            instance.crew = crew(of: members)
            let shared = try instance.aggregated(by: rule.type)
            verdict.expect(
                alone.vector.map(\.bitPattern) == shared.vector.map(\.bitPattern), "\(members) threads: other bits")
            verdict.expect(alone.report == shared.report, "\(members) threads: \(shared.report)")
        }
    }

    static let ofGossip = Law(
        "comes to the same bits on any number of threads",
        brokenBy: CatalogRule(type: OnNeighbourhood<PartCounting>.self)
    ) { (rule: CatalogRule, verdict) in
        var random = RandomStream(seed: 2, purpose: .measurement)
        let dimension = 2 * 1_024 + 5
        let weights = [Double](repeating: 0.1, count: 9)
        var instance = MixingInstance(
            own: random.vector(dimension), neighbours: weights.map { _ in random.vector(dimension) }, weights: weights,
            budget: Budget(count: 1, among: weights))
        instance.before = random.vector(dimension)
        let alone = try instance.mixed(by: rule.type)
        for members in [2, 3] {
            instance.crew = crew(of: members)
            let shared = try instance.mixed(by: rule.type)
            verdict.expect(
                alone.next.map(\.bitPattern) == shared.next.map(\.bitPattern), "\(members) threads: other bits")
            verdict.expect(alone.report == shared.report, "\(members) threads: \(shared.report)")
        }
    }
}

/// Tells how its work was cut.
struct PartCounting: AggregationRule {
    static let name = "partCounting"
    static let aliases: [String] = []
    static let summary = "Tells how its work was cut."
    static let robustness = Robustness.none
    static let cost = "n d"
    static let source = "none"

    init(_ parameters: ParameterValues) {}

    func aggregate(
        _ inputs: borrowing VectorBatch, context: borrowing AggregationContext, into output: inout MutableSpan<Float>,
        report: inout MixReport, scratch: inout Scratch
    ) {
        inputs.shareColumns(by: 64, into: &output) { columns, output in
            for index in output.indices { output[index] = Float(columns.count) }
        }
    }
}
