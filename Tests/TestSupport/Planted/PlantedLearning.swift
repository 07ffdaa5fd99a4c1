// Objectives, datasets, splits and schedules that are wrong on purpose, one for each law of their catalogues.
import Kernels
public import Learning
import Registry

/// Softmax regression that is wrong in one thing.
public protocol PlantedObjective: Objective {
    static var gradientFactor: Float { get }
    static var lossOffset: Double { get }
}

extension PlantedObjective {
    public static var name: String { "planted" }
    public static var summary: String { "for tests" }
    public static var gradientFactor: Float { 1 }
    public static var lossOffset: Double { 0 }

    public func dimension(featureCount: Int, classCount: Int) -> Int {
        SoftmaxRegression().dimension(featureCount: featureCount, classCount: classCount)
    }

    public func lossAndGradient(
        at parameters: Span<Float>, shard: Shard, samples: Span<Int32>, gradient: inout MutableSpan<Float>,
        scratch: inout ObjectiveScratch
    ) -> Double {
        let loss = SoftmaxRegression().lossAndGradient(
            at: parameters, shard: shard, samples: samples, gradient: &gradient, scratch: &scratch)
        scale(Self.gradientFactor, &gradient)
        return loss
    }

    public func loss(
        at parameters: Span<Float>, shard: Shard, samples: Span<Int32>, scratch: inout ObjectiveScratch
    ) -> Double {
        SoftmaxRegression().loss(at: parameters, shard: shard, samples: samples, scratch: &scratch) + Self.lossOffset
    }

    public func evaluate(
        _ parameters: Span<Float>, on data: LabelledData, scratch: inout ObjectiveScratch
    ) -> Evaluation {
        SoftmaxRegression().evaluate(parameters, on: data, scratch: &scratch)
    }
}

/// Has a gradient that is too steep.
public struct Steep: PlantedObjective {
    public static let gradientFactor: Float = 1.1
    public init(_ parameters: ParameterValues) {}
}

/// Has another loss where nobody asks for the gradient.
public struct TwoLosses: PlantedObjective {
    public static let lossOffset = 1e-12
    public init(_ parameters: ParameterValues) {}
}

/// Does not count what it adds to every loss where it evaluates.
public struct Flattering: PlantedObjective {
    public static let lossOffset = 0.1
    public init(_ parameters: ParameterValues) {}
}

/// A small dataset that is wrong in one thing.
public protocol PlantedDataset: DataSource, Dataset {}

extension PlantedDataset {
    public static var name: String { "planted" }
    public static var summary: String { "for tests" }
    public var digest: String { String(repeating: "0", count: 64) }
    public var featureCount: Int { 2 }
    public var classCount: Int { 3 }
    public var trainingCount: Int { 150 }
    public func testCount() -> Int { 3 }
    public func trainingLabels() -> [Int32] { (0..<150).map { Int32($0 % 3) } }
    public func trainingFeatures(ofRows rows: [Int32]) -> [Float] { rows.flatMap { [Float($0), 1] } }
    public func testPart() -> LabelledData {
        LabelledData(features: [0, 1, 2, 3, 4, 5], labels: [0, 1, 2], featureCount: 2, classCount: 3)
    }
}

/// Has a class that never occurs.
public struct Classless: PlantedDataset {
    public init(_ parameters: ParameterValues) {}
    public var classCount: Int { 4 }
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
    public func assign(
        labels: [Int32], classCount: Int, participants: Int, random: inout RandomStream
    ) -> [[Int32]] {
        [labels.indices.dropLast().map { Int32($0) }] + (1..<max(1, participants)).map { _ in [] }
    }
}

/// Gives a sample to the first participant even where there is none.
public struct Conjuring: Split {
    public static let name = "planted"
    public static let summary = "for tests"
    public init(_ parameters: ParameterValues) {}
    public func assign(
        labels: [Int32], classCount: Int, participants: Int, random: inout RandomStream
    ) -> [[Int32]] {
        [[0]] + (1..<max(1, participants)).map { _ in [] }
    }
}

/// Shares out the same, whatever the stream.
public struct Stubborn: Split {
    public static let name = "planted"
    public static let summary = "for tests"
    public init(_ parameters: ParameterValues) {}
    public func assign(
        labels: [Int32], classCount: Int, participants: Int, random: inout RandomStream
    ) -> [[Int32]] {
        (0..<participants).map { part in
            labels.indices.filter { $0 % participants == part }.map { Int32($0) }
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
