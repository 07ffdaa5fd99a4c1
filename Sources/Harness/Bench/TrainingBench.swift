// Benchmarks of what training is made of, each beside the most that one thread can multiply and add: matrix products,
// local steps of the field's models, evaluation.
import Kernels
import Learning
import Platform
import Registry

/// Benchmarks of training on one thread.
public enum TrainingBench: Bench {
    public static let name = "training"
    public static let flags: [Flag] = []

    /// One repetition takes at least this long.
    private static let shortestRepetition = 0.01

    /// Something that is measured.
    struct Item {
        let name: String
        /// Multiplications and additions of one call, those of its matrix products alone.
        let operations: Double
        /// Makes the inputs, and what is measured; its results are added up, so that no call is left out.
        let prepare: () throws -> () -> Double
    }

    public static func run(_ settings: BenchSettings) throws -> BenchReport {
        var report = BenchReport(
            name, repetitions: settings.repetitions, conditions: [("threads", .number(1))],
            columns: [
                .init(key: "microseconds", header: "us", decimals: 1),
                .init(key: "spread", header: "spread", decimals: 3),
                .init(key: "gigaflops", header: "GFLOP/s", decimals: 1),
                .init(key: "shareOfPeak", header: "of the peak", decimals: 2),
            ],
            notes: [
                "us: processor time, the median of the repetitions; spread: between the quartiles, as a share of it.",
                "GFLOP/s: multiplications and additions of matrix products, nothing else counted.",
                "of the peak: of as many additions as multiplications in registers, not fused, measured in turn.",
            ])
        for item in items {
            settings.announce(item.name)
            report.add(try measure(item, repetitions: settings.repetitions), settings)
        }
        return report
    }

    private static func measure(_ item: Item, repetitions: Int) throws -> BenchReport.Row {
        let work = try item.prepare()
        var calls = 1
        while time(work, calls: calls) * Double(calls) < shortestRepetition { calls *= 2 }
        var times = Sample()
        var shares = Sample()
        for _ in 0..<repetitions {
            let peak = peakPerSecond()
            let taken = time(work, calls: calls)
            times.add(taken)
            shares.add(item.operations / taken / peak)
        }
        return .init(
            name: item.name,
            figures: [1e6 * times.median, times.spread, item.operations / times.median / 1e9, shares.median])
    }

    /// Seconds of one call.
    private static func time(_ work: () -> Double, calls: Int) -> Double {
        var total = 0.0
        let taken = processorSeconds { for _ in 0..<calls { total += work() } }
        precondition(!total.isNaN, "finite inputs give finite results")
        return taken / Double(calls)
    }

    /// Multiplications and additions a second in registers, in those whose width is faster here: the best of a few
    /// short runs, since it is a limit.
    private static func peakPerSecond() -> Double {
        let steps = 200_000
        // 1, which only the machine knows.
        let one = Float(CommandLine.arguments.isEmpty ? 2 : 1)
        var best = 0.0
        for _ in 0..<3 {
            var total: Float = 0
            let wide = processorSeconds { total += ArithmeticPeak.run(wide: steps, one: one) }
            let narrow = processorSeconds { total += ArithmeticPeak.run(narrow: steps, one: one) }
            precondition(total > 0, "sums of positive numbers")
            best = max(
                best, Double(ArithmeticPeak.operations(ofStep: SIMD8<Float>.self) * steps) / wide,
                Double(ArithmeticPeak.operations(ofStep: SIMD4<Float>.self) * steps) / narrow)
        }
        return best
    }

    // MARK: - What is measured

    private static let batch = 32
    private static let image = [1, 28, 28]
    private static let classes = 10

    /// Multiplications of one sample through each layer: forward, then by weights, then, but for the lowest, by inputs.
    private static func operationsOfStep(_ layers: [Int]) -> Double {
        2 * Double(batch * (3 * layers.reduce(0, +) - (layers.first ?? 0)))
    }

    private static var items: [Item] {
        [192, 576, 1_152].flatMap(productItems) + [
            stepItem("softmax 784-10", SoftmaxRegression.self, [784 * 10]),
            stepItem("perceptron 784-64-10", Perceptron.self, [784 * 64, 64 * 10]),
            stepItem(
                "convolutional net of 431,080", ConvolutionalNet.self,
                [24 * 24 * 20 * 25, 8 * 8 * 50 * 500, 800 * 500, 500 * 10]),
            evaluationItem,
        ]
    }

    private static func values(_ count: Int, lane: Int) -> [Float] {
        var random = RandomStream(seed: 1, purpose: .measurement, node: NodeID(0), round: Round(0), lane: lane)
        var values = [Float](repeating: 0, count: count)
        random.fillGaussian(&values, mean: 0, standardDeviation: 1)
        return values
    }

    /// The three products of a dense layer: with both as they lie, and with one transposed.
    private static func productItems(_ size: Int) -> [Item] {
        let square = MatrixLayout(size, by: size)
        return [("A B", square, square), ("A Bt", square, square.transposed), ("At B", square.transposed, square)].map {
            (name: String, left: MatrixLayout, right: MatrixLayout) in
            Item(name: "\(name), \(size) square", operations: 2 * Double(size * size * size)) {
                let (a, b) = (values(size * size, lane: 0), values(size * size, lane: 1))
                var c = [Float](repeating: 0, count: size * size)
                var scratch = ProductScratch()
                return {
                    var span = c.mutableSpan
                    multiply(a.span, left, b.span, right, into: &span, square, scratch: &scratch)
                    return Double(span[0])
                }
            }
        }
    }

    private static func samples(_ count: Int) -> Samples {
        Samples(
            features: values(count * image.reduce(1, *), lane: 2),
            targets: .classes((0..<count).map { Int32($0 % classes) }, of: classes), axes: image)
    }

    private static func model(
        _ type: any ModelArchitecture.Type, for samples: Samples
    ) throws(ConfigurationFault) -> any Objective {
        try type.init(.defaults(type.parameters)).makeObjective(for: samples.shape)
    }

    /// A local step of plain descent of a model with its defaults, on images of the size of MNIST's.
    private static func stepItem(_ name: String, _ type: any ModelArchitecture.Type, _ layers: [Int]) -> Item {
        Item(name: "step of \(batch), \(name)", operations: operationsOfStep(layers)) {
            let samples = samples(20 * batch)
            let trainer = LocalSGD(
                objective: try model(type, for: samples), shard: Batch(samples),
                settings: .init(
                    batchSize: batch, momentum: 0, weightDecay: 0,
                    stepSize: ConstantStep(.defaults(ConstantStep.parameters))), seed: 1, node: NodeID(0))
            var parameters = trainer.initialParameters()
            var (state, scratch, round) = (LocalState(), TrainingScratch(), Round(0))
            return {
                let report = trainer.step(&parameters, state: &state, round: round, scratch: &scratch)
                round = round.next
                return report.loss
            }
        }
    }

    private static var evaluationItem: Item {
        let count = 10_000
        return Item(name: "evaluation of 10,000, softmax 784-10", operations: 2 * Double(count * 784 * classes)) {
            let samples = samples(count)
            let objective = try model(SoftmaxRegression.self, for: samples)
            var random = RandomStream(seed: 1, purpose: .initialisation)
            let parameters = objective.initialise(random: &random)
            var scratch = ObjectiveScratch()
            return { objective.evaluate(parameters.span, on: samples, scratch: &scratch).meanLoss }
        }
    }
}
