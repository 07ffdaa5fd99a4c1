// Objectives, datasets, splits and schedules that are wrong on purpose, one for each law of their catalogues.
import Kernels
public import Learning
import Registry

/// Softmax regression that is wrong in one thing.
public protocol PlantedModel: ModelArchitecture {
    static var gradientFactor: Float { get }
    static var lossOffset: Double { get }
    static var inputFactor: Float { get }
    static var lostSamples: Int { get }
    static var clipFactor: Double { get }
    static var sampleOffset: Double { get }
    static var normFactor: Double { get }
    static var dropsWeights: Bool { get }
}

extension PlantedModel {
    public static var name: String { "planted" }
    public static var summary: String { "for tests" }
    public static var gradientFactor: Float { 1 }
    public static var lossOffset: Double { 0 }
    public static var inputFactor: Float { 1 }
    public static var lostSamples: Int { 0 }
    public static var clipFactor: Double { 1 }
    public static var sampleOffset: Double { 0 }
    public static var normFactor: Double { 1 }
    public static var dropsWeights: Bool { false }

    public func makeObjective(for shape: SampleShape) throws(ConfigurationFault) -> any Objective {
        PlantedObjective<Self>(right: try SoftmaxRegression().makeObjective(for: shape))
    }
}

private struct PlantedObjective<Fault: PlantedModel>: Objective {
    let right: any Objective

    var parameters: [ParameterShape] { right.parameters }
    var activationsPerSample: Int { right.activationsPerSample }
    func initialise(random: inout RandomStream) -> [Float] { right.initialise(random: &random) }

    func loss(at parameters: Span<Float>, on batch: Batch, scratch: inout ObjectiveScratch) -> Double {
        right.loss(at: parameters, on: batch, scratch: &scratch) + Fault.lossOffset
    }

    func lossAndGradient(
        at parameters: Span<Float>, on batch: Batch, gradient: inout MutableSpan<Float>,
        scratch: inout ObjectiveScratch
    ) -> Double {
        let batch = Fault.dropsWeights ? batch.unweighted : batch
        let loss = right.lossAndGradient(at: parameters, on: batch, gradient: &gradient, scratch: &scratch)
        scale(Fault.gradientFactor, &gradient)
        return loss
    }

    func sampleGradients(
        at parameters: Span<Float>, on batch: Batch, scratch: inout ObjectiveScratch,
        _ body: (_ loss: Double, _ gradient: Span<Float>) -> Void
    ) {
        let kept = Batch(batch.samples, rows: Array(batch.rows.dropLast(Fault.lostSamples)))
        right.sampleGradients(at: parameters, on: kept, scratch: &scratch, body)
    }

    func sampleLosses(at parameters: Span<Float>, on batch: Batch, scratch: inout ObjectiveScratch) -> [Double] {
        right.sampleLosses(at: parameters, on: batch, scratch: &scratch).map { $0 + Fault.sampleOffset }
    }

    func squaredGradientNorms(
        at parameters: Span<Float>, on batch: Batch, scratch: inout ObjectiveScratch
    ) -> [Double] {
        right.squaredGradientNorms(at: parameters, on: batch, scratch: &scratch).map { $0 * Fault.normFactor }
    }

    func clippedGradientSum(
        at parameters: Span<Float>, on batch: Batch, clip: Double, into sum: inout MutableSpan<Float>,
        scratch: inout ObjectiveScratch
    ) -> Double {
        right.clippedGradientSum(
            at: parameters, on: batch, clip: Fault.clipFactor * clip, into: &sum, scratch: &scratch)
    }

    func inputGradients(
        at parameters: Span<Float>, on batch: Batch, into gradients: inout MutableSpan<Float>,
        scratch: inout ObjectiveScratch
    ) {
        right.inputGradients(at: parameters, on: batch, into: &gradients, scratch: &scratch)
        scale(Fault.inputFactor, &gradients)
    }

    func evaluate(
        _ parameters: Span<Float>, on batch: Batch, into evaluation: inout Evaluation.Sum,
        scratch: inout ObjectiveScratch
    ) {
        right.evaluate(parameters, on: batch, into: &evaluation, scratch: &scratch)
    }
}

/// Has a gradient that is too steep.
public struct Steep: PlantedModel {
    public static let gradientFactor: Float = 1.1
    public init(_ parameters: ParameterValues) {}
}

/// Has another loss where nobody asks for the gradient.
public struct TwoLosses: PlantedModel {
    public static let lossOffset = 1e-12
    public init(_ parameters: ParameterValues) {}
}

/// Does not count what it adds to every loss where it evaluates.
public struct Flattering: PlantedModel {
    public static let lossOffset = 0.1
    public init(_ parameters: ParameterValues) {}
}

/// Has a gradient by the features that is too steep.
public struct SteepInput: PlantedModel {
    public static let inputFactor: Float = 1.1
    public init(_ parameters: ParameterValues) {}
}

/// Lets gradients be longer than the clip.
public struct Lenient: PlantedModel {
    public static let clipFactor = 1.1
    public init(_ parameters: ParameterValues) {}
}

/// Has other losses where they are asked for one by one.
public struct Rounding: PlantedModel {
    public static let sampleOffset = 0.01
    public init(_ parameters: ParameterValues) {}
}

/// Has gradients shorter than they are where only their norms are asked for.
public struct Blunt: PlantedModel {
    public static let normFactor = 0.9
    public init(_ parameters: ParameterValues) {}
}

/// Counts every sample once, whatever its weight.
public struct Weightless: PlantedModel {
    public static let dropsWeights = true
    public init(_ parameters: ParameterValues) {}
}

/// Shows no gradient of the last sample.
public struct Forgetful: PlantedModel {
    public static let lostSamples = 1
    public init(_ parameters: ParameterValues) {}
}

/// A small dataset that is wrong in one thing.
public protocol PlantedDataset: DataSource, Dataset {}

extension PlantedDataset {
    public static var name: String { "planted" }
    public static var summary: String { "for tests" }
    public var digest: String { String(repeating: "0", count: 64) }
    public var shape: SampleShape { SampleShape(featureCount: 2, targets: .classes(3)) }
    public var trainingCount: Int { 150 }
    public func testCount() -> Int { 3 }
    public func trainingTargets() -> Targets { .classes((0..<150).map { Int32($0 % 3) }, of: shape.classCount) }
    public func trainingFeatures(ofRows rows: [Int32]) -> [Float] { rows.flatMap { [Float($0), 1] } }
    public func testPart() -> Samples {
        Samples(features: [0, 1, 2, 3, 4, 5], labels: [0, 1, 2], featureCount: 2, classCount: 3)
    }
}

/// Has a class that never occurs.
public struct Classless: PlantedDataset {
    public init(_ parameters: ParameterValues) {}
    public var shape: SampleShape { SampleShape(featureCount: 2, targets: .classes(4)) }
}

/// Gives whole rows in another order than it is asked for.
public struct Sorting: PlantedDataset {
    public init(_ parameters: ParameterValues) {}
    public func trainingFeatures(ofRows rows: [Int32]) -> [Float] { rows.sorted().flatMap { [Float($0), 1] } }
}

/// Has a digest of another kind.
public struct Unhashed: PlantedDataset {
    public init(_ parameters: ParameterValues) {}
    public var digest: String { "the usual data" }
}

/// Loses the last sample.
public struct Losing: Split {
    public static let name = "planted"
    public static let summary = "for tests"
    public init(_ parameters: ParameterValues) {}
    public func assign(_ basis: SplitBasis, participants: Int, random: inout RandomStream) -> [[Int32]] {
        [(0..<max(0, basis.count - 1)).map { Int32($0) }] + (1..<max(1, participants)).map { _ in [] }
    }
}

/// Gives a sample to the first participant even where there is none.
public struct Conjuring: Split {
    public static let name = "planted"
    public static let summary = "for tests"
    public init(_ parameters: ParameterValues) {}
    public func assign(_ basis: SplitBasis, participants: Int, random: inout RandomStream) -> [[Int32]] {
        [[0]] + (1..<max(1, participants)).map { _ in [] }
    }
}

/// Shares out the same, whatever the stream.
public struct Stubborn: Split {
    public static let name = "planted"
    public static let summary = "for tests"
    public init(_ parameters: ParameterValues) {}
    public func assign(_ basis: SplitBasis, participants: Int, random: inout RandomStream) -> [[Int32]] {
        (0..<participants).map { part in
            (0..<basis.count).filter { $0 % participants == part }.map { Int32($0) }
        }
    }
}

/// Grows from round to round.
public struct Growing: StepSize {
    public static let name = "planted"
    public static let summary = "for tests"
    public static let parameters = [Parameter.number("value", 0...1e3, default: 0.1, "for tests")]
    private let first: Double
    public init(_ parameters: ParameterValues) { first = parameters.number("value") }
    public func value(in round: Round) -> Double { first * Double(round.number + 1) }
}
