// Benchmarks of every multiset rule on inputs of several sizes, beside a read of these inputs. Self-centred rules read
// as much.
import Aggregation
import Dispatch
import Kernels
import Platform
import Registry
import Scenario
import Synchronization

/// Benchmarks of the multiset rules.
public enum RuleBench: Bench {
    public static let name = "rules"
    public static let flags = [
        Flag("rule", "NAME", "this rule only, without pre-aggregations"),
        Flag("compat", "CODE", "byzfl: with the defaults of ByzFL 0.0.11"),
        Flag("dimension", "N", "inputs of so many elements only (default: several sizes)"),
        Flag("threads", "N", "threads that share one call (default: one a processor)"),
    ]

    /// One repetition calls a rule so often that it takes at least this long.
    private static let shortestRepetition = 0.002

    /// n inputs of dimension d, of which f are hostile.
    private struct Size {
        let count: Int
        let hostile: Int
        let dimension: Int
    }

    private static let sizes = [
        Size(count: 16, hostile: 3, dimension: 10_000), Size(count: 16, hostile: 3, dimension: 100_000),
        Size(count: 32, hostile: 6, dimension: 100_000), Size(count: 32, hostile: 6, dimension: 1_000_000),
    ]

    public static func run(_ settings: BenchSettings) throws -> BenchReport {
        var sizes = sizes
        if settings.flags.has("dimension") {
            let dimension = try settings.flags.count("dimension", 1...10_000_000, default: 0)
            let known = sizes.filter { $0.dimension == dimension }
            sizes = known.isEmpty ? [Size(count: 16, hostile: 3, dimension: dimension)] : known
        }
        let isCompatible = try settings.flags.choice("compat", ["none", "byzfl"], default: "none") == "byzfl"
        func chain(
            _ before: [any PreAggregation.Type], _ rule: any AggregationRule.Type
        ) throws -> AggregationPipeline {
            let given = isCompatible ? rule.byzfl : []
            return AggregationPipeline(
                before: try before.map { try $0.init(.defaults($0.parameters)) },
                rule: try rule.init(ParameterValues(given, declared: rule.parameters, key: rule.name)))
        }
        var chains = try RuleCatalog.aggregation.entries.map { try chain([], $0) }
        if let given = settings.flags.value("rule") {
            chains = [try chain([], try RuleCatalog.aggregation.entry(named: given))]
        } else {
            chains += try RuleCatalog.preAggregations.entries.map { try chain([$0], Mean.self) }
            chains.append(try chain([NearestNeighbourMixing.self], TrimmedMean.self))
        }
        let threads = try settings.flags.count("threads", 1...256, default: HostLimits.processors)
        var report = BenchReport(
            name, repetitions: settings.repetitions, conditions: [("threads", .number(threads))],
            columns: [
                .init(key: "milliseconds", header: "ms", decimals: 3),
                .init(key: "spread", header: "spread", decimals: 3),
                .init(key: "timesRead", header: "times a read", decimals: 2),
                .init(key: "millisecondsOnThreads", header: "ms, on threads", decimals: 3),
                .init(key: "millisecondsTwoAtOnce", header: "ms, two at once", decimals: 3),
            ],
            notes: [
                "ms: median of the repetitions on one thread; spread: between the quartiles, as a share of it.",
                "times a read: how much longer than adding up all elements of the inputs, measured in turn with it.",
                "on threads: the same on so many threads, where the inputs are long enough to be shared.",
                "two at once: the slower of two threads that each aggregate inputs of their own, as two nodes do.",
                "Rules with too many subsets to search are left out; parameters have their defaults.",
            ])
        for size in sizes {
            for chain in chains where accepts(chain, size) {
                let name = "\(chain.name), \(size.count) x \(size.dimension), f \(size.hostile)"
                settings.announce(name)
                report.add(
                    measure(chain, size, name: name, threads: threads, repetitions: settings.repetitions), settings)
            }
        }
        return report
    }

    private static func accepts(_ chain: AggregationPipeline, _ size: Size) -> Bool {
        (try? chain.check(inputs: size.count, hostile: size.hostile)) != nil
    }

    private static func measure(
        _ chain: AggregationPipeline, _ size: Size, name: String, threads: Int, repetitions: Int
    ) -> BenchReport.Row {
        let subjects = (0..<2).map { Subject(chain, rows: inputs(size, lane: $0), hostile: size.hostile) }
        let elements = subjects[0].rows.flatMap { $0 }
        let calls = callsPerRepetition(of: subjects[0])
        let crew = Crew.threads(threads)
        var (times, ratios, shared, pairs) = (Sample(), Sample(), Sample(), Sample())
        for _ in 0..<repetitions {
            var total = 0.0
            let read = seconds { for _ in 0..<calls { total += sum(elements.span) } } / Double(calls)
            precondition(total.isFinite, "sums of finite inputs are finite")
            let time = subjects[0].time(calls: calls)
            times.add(time)
            ratios.add(time / read)
            shared.add(subjects[0].time(calls: calls, by: crew))
            let slower = Mutex(0.0)
            DispatchQueue.concurrentPerform(iterations: 2) { index in
                let time = subjects[index].time(calls: calls)
                slower.withLock { $0 = max($0, time) }
            }
            pairs.add(slower.withLock { $0 })
        }
        return .init(
            name: name,
            figures: [
                1e3 * times.median, times.spread, ratios.median, 1e3 * shared.median, 1e3 * pairs.median,
            ])
    }

    /// Doubles the calls until they take long enough; the first ones warm caches and clocks.
    private static func callsPerRepetition(of subject: Subject) -> Int {
        var calls = 1
        while subject.time(calls: calls) * Double(calls) < shortestRepetition { calls *= 2 }
        return calls
    }

    /// Honest inputs about zero, and hostile ones beside them.
    private static func inputs(_ size: Size, lane: Int) -> [[Float]] {
        (0..<size.count).map { row in
            var random = RandomStream(seed: 1, purpose: .data, node: NodeID(row), lane: lane)
            var vector = [Float](repeating: 0, count: size.dimension)
            random.fillGaussian(&vector, mean: row < size.hostile ? 1.5 : 0, standardDeviation: 1)
            return vector
        }
    }
}

/// A chain with inputs and memory of its own, timed on whatever thread asks.
private final class Subject: Sendable {
    private struct State {
        var chain: AggregationPipeline
        let hostile: Int
        var batch: VectorBatch
        var output: [Float]
        var report = MixReport()
        var scratch = Scratch()

        mutating func aggregate() {
            // Taken out, since a span of a property keeps the whole value to itself.
            var taken: [Float] = []
            swap(&taken, &output)
            var span = taken.mutableSpan
            chain.aggregate(
                &batch, context: AggregationContext(hostile: hostile), into: &span, report: &report, scratch: &scratch)
            swap(&taken, &output)
        }
    }

    let rows: [[Float]]
    private let state: Mutex<State>

    init(_ chain: AggregationPipeline, rows: [[Float]], hostile: Int) {
        self.rows = rows
        state = Mutex(
            State(
                chain: chain, hostile: hostile, batch: VectorBatch(columns: rows[0].count, capacity: rows.count),
                output: [Float](repeating: 0, count: rows[0].count)))
    }

    /// Seconds of one call. The inputs are brought back in between, which does not count.
    func time(calls: Int, by crew: Crew? = nil) -> Double {
        state.withLock { state in
            state.batch.crew = crew
            var total = 0.0
            for _ in 0..<calls {
                state.batch.begin(columns: rows[0].count)
                for row in rows { state.batch.append(row) }
                state.report.begin(rows: rows.count)
                total += seconds { state.aggregate() }
            }
            return total / Double(calls)
        }
    }
}
