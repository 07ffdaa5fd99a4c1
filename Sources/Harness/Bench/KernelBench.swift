// Benchmarks of the kernels, each beside a read of as many bytes as it must touch. What nodes make of them is
// RoundBench's business.
import Aggregation
import Cryptography
import Graphs
import Kernels
import Learning
import Platform
import Scenario

/// Benchmarks of the numeric kernels.
public enum KernelBench: Bench {
    public static let name = "kernels"
    public static let flags: [Flag] = []

    /// One repetition calls a kernel so often that it takes at least this long.
    private static let shortestRepetition = 0.002

    /// One kernel on inputs of one size.
    private struct Item {
        let name: String
        /// Every input and output once.
        let bytes: Int
        /// Makes the inputs, and what is measured; its results are added up, so that no call is left out.
        let prepare: () throws -> () -> Double
    }

    public static func run(_ settings: BenchSettings) throws -> BenchReport {
        var report = BenchReport(
            name, repetitions: settings.repetitions, conditions: [("threads", .number(1))],
            columns: [
                .init(key: "microseconds", header: "us", decimals: 2),
                .init(key: "spread", header: "spread", decimals: 3),
                .init(key: "gigabytesPerSecond", header: "GB/s", decimals: 2),
                .init(key: "timesRead", header: "times a read", decimals: 2),
            ],
            notes: [
                "us: median of the repetitions; spread: between the quartiles, as a share of it.",
                "times a read: how much longer than adding up as many floats, measured in turn with it.",
            ])
        for item in items {
            settings.announce(item.name)
            report.add(try measure(item, repetitions: settings.repetitions), settings)
        }
        return report
    }

    private static func measure(_ item: Item, repetitions: Int) throws -> BenchReport.Row {
        let kernel = try item.prepare()
        let memory = [Float](repeating: 1, count: max(1, item.bytes / 4))
        let read = { sum(memory.span) }
        let calls = callsPerRepetition(of: kernel)
        let reads = callsPerRepetition(of: read)
        var times = Sample()
        var ratios = Sample()
        for _ in 0..<repetitions {
            let limit = time(read, calls: reads)
            let taken = time(kernel, calls: calls)
            times.add(taken)
            ratios.add(taken / limit)
        }
        return .init(
            name: item.name,
            figures: [1e6 * times.median, times.spread, Double(item.bytes) / times.median / 1e9, ratios.median])
    }

    /// Doubles the calls until they take long enough; the first ones warm caches and clocks.
    private static func callsPerRepetition(of kernel: () -> Double) -> Int {
        var calls = 1
        while time(kernel, calls: calls) * Double(calls) < shortestRepetition { calls *= 2 }
        return calls
    }

    /// Seconds of one call.
    private static func time(_ kernel: () -> Double, calls: Int) -> Double {
        var total = 0.0
        let taken = seconds { for _ in 0..<calls { total += kernel() } }
        precondition(!total.isNaN, "kernels of finite inputs are finite")
        return taken / Double(calls)
    }

    // MARK: - What is measured

    private static var items: [Item] {
        [10_000, 1_000_000].flatMap(vectorItems) + [(16, 10_000), (32, 1_000_000)].flatMap(columnItems)
            + [hashItem(bytes: 31_400), hashItem(bytes: 4_000_000), digestItem, gaussianItem, stepItem]
    }

    private static func vector(_ count: Int, lane: Int) -> [Float] {
        var random = RandomStream(seed: 1, purpose: .data, node: NodeID(0), round: Round(0), lane: lane)
        var values = [Float](repeating: 0, count: count)
        random.fillGaussian(&values, mean: 0, standardDeviation: 1)
        return values
    }

    private static func vectorItems(_ count: Int) -> [Item] {
        [
            Item(name: "axpy, \(count)", bytes: 12 * count) {
                let x = vector(count, lane: 0)
                var y = vector(count, lane: 1)
                var sign: Float = 1
                return {
                    sign = -sign
                    var span = y.mutableSpan
                    axpy(sign, x.span, into: &span)
                    return Double(span[0])
                }
            },
            Item(name: "dot, \(count)", bytes: 8 * count) {
                let (x, y) = (vector(count, lane: 0), vector(count, lane: 1))
                return { dot(x.span, y.span) }
            },
            Item(name: "squared distance, \(count)", bytes: 8 * count) {
                let (x, y) = (vector(count, lane: 0), vector(count, lane: 1))
                return { squaredDistance(x.span, y.span) }
            },
            Item(name: "finiteness, \(count)", bytes: 4 * count) {
                let x = vector(count, lane: 0)
                return { allFinite(x.span) ? 1 : 0 }
            },
        ]
    }

    private static func columnItems(_ rows: Int, _ columns: Int) -> [Item] {
        let bytes = 4 * (rows + 1) * columns
        let dropped = rows * 3 / 16
        let makeRows = {
            var batch = VectorBatch(columns: columns, capacity: rows)
            for row in 0..<rows { batch.append(vector(columns, lane: row)) }
            return batch
        }
        return [
            Item(name: "means without the \(dropped) least and most, \(rows) x \(columns)", bytes: bytes) {
                let batch = makeRows()
                var out = [Float](repeating: 0, count: columns)
                return {
                    var span = out.mutableSpan
                    trimmedColumnMeans(batch, dropping: dropped, into: &span)
                    return Double(span[0])
                }
            },
            Item(name: "medians, \(rows) x \(columns)", bytes: bytes) {
                let batch = makeRows()
                var out = [Float](repeating: 0, count: columns)
                return {
                    var span = out.mutableSpan
                    columnMedians(batch, into: &span)
                    return Double(span[0])
                }
            },
        ]
    }

    private static func hashItem(bytes: Int) -> Item {
        Item(name: "XXH3, \(bytes) bytes", bytes: bytes) {
            let values = vector(bytes / 4, lane: 0)
            return { Double(hash64(values) >> 32) }
        }
    }

    private static var digestItem: Item {
        Item(name: "SHA-256, 31400 bytes", bytes: 31_400) {
            let bytes = (0..<31_400).map { UInt8(truncatingIfNeeded: $0) }
            return { Double(SHA256.hash(bytes)[0]) }
        }
    }

    private static var gaussianItem: Item {
        Item(name: "Gaussian draws, 10000", bytes: 40_000) {
            var values = [Float](repeating: 0, count: 10_000)
            return {
                var random = RandomStream(seed: 1, purpose: .data, node: NodeID(0))
                random.fillGaussian(&values, mean: 0, standardDeviation: 1)
                return Double(values[0])
            }
        }
    }

    /// A local step of plain descent on the task that rounds are measured with; its bytes are those of the batch, the
    /// model and the gradient.
    private static var stepItem: Item {
        let features = 784
        let classes = 10
        let batch = 32
        return Item(name: "local step, softmax 784 x 10, batch 32", bytes: 4 * (batch + 2 * classes) * features) {
            let experiment = try BenchTask(family: Ring.name, nodes: 3, rule: WeightedMean.name, rounds: 1).assembly()
            let trainer = try experiment.node(NodeID(0)).trainer
            let model = trainer.initialParameters()
            var scratch = TrainingScratch()
            var state = LocalState()
            var round = Round(0)
            return {
                var next = model
                let report = trainer.step(&next, state: &state, round: round, scratch: &scratch)
                round = round.next
                return report.loss
            }
        }
    }
}
