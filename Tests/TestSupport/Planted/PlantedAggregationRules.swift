// Multiset rules that are wrong on purpose, one for each law that the catalogue's must obey.
public import Aggregation
import Kernels
import Registry

/// A rule that no operator can choose.
public protocol PlantedAggregation: AggregationRule {
    /// What it makes of one column.
    static func value(of column: [Float], hostile: Int) -> Float
}

extension PlantedAggregation {
    public static var name: String { "planted" }
    public static var summary: String { "for tests" }
    public static var cost: String { "none" }
    public static var source: String { "none" }
    public static var robustness: Robustness { .none }

    public func aggregate(
        _ inputs: borrowing VectorBatch, context: borrowing AggregationContext, into output: inout MutableSpan<Float>,
        report: inout MixReport, scratch: inout Scratch
    ) {
        let hostile = context.hostile
        for index in output.indices {
            let column = (0..<inputs.rows).map { inputs.elements[inputs.range(ofRow: $0).lowerBound + index] }
            output[index] = Self.value(of: column, hostile: hostile)
        }
    }

    fileprivate static func mean(_ column: [Float]) -> Float { column.reduce(0, +) / Float(column.count) }
}

/// Returns the first input under the name of the mean.
public struct FirstInput: PlantedAggregation {
    public static let name = Mean.name
    public init(_ parameters: ParameterValues) {}
    public static func value(of column: [Float], hostile: Int) -> Float { column[0] }
}

/// The mean, whatever mode of the geometric median is asked for.
public struct ModelessMedian: PlantedAggregation {
    public static let name = GeometricMedian.name
    public static let parameters = GeometricMedian.parameters
    public init(_ parameters: ParameterValues) {}
    public static func value(of column: [Float], hostile: Int) -> Float { mean(column) }
}

/// Stays a little below the common value.
public struct Underrating: PlantedAggregation {
    public init(_ parameters: ParameterValues) {}
    public static func value(of column: [Float], hostile: Int) -> Float { 0.999 * mean(column) }
}

/// Adds up before it divides.
public struct OverflowingSum: PlantedAggregation {
    public init(_ parameters: ParameterValues) {}
    public static func value(of column: [Float], hostile: Int) -> Float {
        column.reduce(0) { $0 + 8 * $1 } / Float(8 * column.count)
    }
}

/// Adds a constant.
public struct Offset: PlantedAggregation {
    public init(_ parameters: ParameterValues) {}
    public static func value(of column: [Float], hostile: Int) -> Float { mean(column) + 0.01 }
}

/// Says that it keeps the protected input, and returns another one.
public struct Unprotecting: PlantedAggregation {
    public static let name = Krum.name
    public static let parameters = Krum.parameters
    public static let isSelection = true
    public init(_ parameters: ParameterValues) {}
    public static func value(of column: [Float], hostile: Int) -> Float { column[column.count - 1] }
}

/// Refuses what it says that it can take, and in several lines.
public struct Moody: PlantedAggregation {
    public init(_ parameters: ParameterValues) {}
    public static func value(of column: [Float], hostile: Int) -> Float { mean(column) }
    public func check(inputs: Int, own: Int?) throws(ConfigurationFault) {
        throw ConfigurationFault("not\ntoday")
    }
}

/// Goes by the name of another rule.
public struct NamesakeOfKrum: PlantedAggregation {
    public static let name = Krum.name
    public init(_ parameters: ParameterValues) {}
    public static func value(of column: [Float], hostile: Int) -> Float { mean(column) }
}

/// The mean with the claim of the trimmed mean.
public struct PretendedVariance: PlantedAggregation {
    public static let robustness = TrimmedMean.robustness
    public init(_ parameters: ParameterValues) {}
    public static func value(of column: [Float], hostile: Int) -> Float { mean(column) }
}

/// The mean with the claim of the least eigenvalue.
public struct PretendedSpectrum: PlantedAggregation {
    public static let robustness = SmallestEigenvalue.robustness
    public init(_ parameters: ParameterValues) {}
    public static func value(of column: [Float], hostile: Int) -> Float { mean(column) }
}

/// The mean with the claim of the least diameter.
public struct PretendedDiameter: PlantedAggregation {
    public static let robustness = MinimumDiameter.robustness
    public init(_ parameters: ParameterValues) {}
    public static func value(of column: [Float], hostile: Int) -> Float { mean(column) }
}

/// The mean with the claim of FABA.
public struct PretendedDeviation: PlantedAggregation {
    public static let robustness = FABA.robustness
    public init(_ parameters: ParameterValues) {}
    public static func value(of column: [Float], hostile: Int) -> Float { mean(column) }
}

/// The mean with a claim in words.
public struct PretendedStatement: PlantedAggregation {
    public static let robustness = Robustness.statement("as the best")
    public init(_ parameters: ParameterValues) {}
    public static func value(of column: [Float], hostile: Int) -> Float { mean(column) }
}

/// Claims nothing, and yet no hostile node has influence.
public struct PretendedWeakness: PlantedAggregation {
    public init(_ parameters: ParameterValues) {}
    public static func value(of column: [Float], hostile: Int) -> Float { 0 }
}

/// The mean with the claim of MeaMed.
public struct PretendedRange: PlantedAggregation {
    public static let robustness = MeanAroundMedian.robustness
    public init(_ parameters: ParameterValues) {}
    public static func value(of column: [Float], hostile: Int) -> Float { mean(column) }
}

/// The geometric median by Weiszfeld's plain steps from the coordinate-wise median, which stand still where they meet an
/// input: whoever sends that median has the last word.
public struct PinnedMedian: PlantedAggregation {
    public static let name = GeometricMedian.name
    public static let parameters = GeometricMedian.parameters
    public static let robustness = GeometricMedian.robustness
    public init(_ parameters: ParameterValues) {}
    public static func value(of column: [Float], hostile: Int) -> Float { mean(column) }

    public func aggregate(
        _ inputs: borrowing VectorBatch, context: borrowing AggregationContext, into output: inout MutableSpan<Float>,
        report: inout MixReport, scratch: inout Scratch
    ) {
        columnMedians(inputs, into: &output)
        for _ in 0..<100 {
            scratch.coefficients.removeAll()
            for row in 0..<inputs.rows {
                let vector = inputs.elements.span.extracting(inputs.range(ofRow: row))
                scratch.coefficients.append(1 / max(1e-8, squaredDistance(vector, output.span).squareRoot()))
            }
            let sum = scratch.coefficients.reduce(0, +)
            let shares = scratch.coefficients.map { $0 / sum }
            combine(inputs, shares, into: &output)
        }
    }
}

/// A pre-aggregation that forgets half of what it is given.
public struct Halving: PreAggregation {
    public static let name = NearestNeighbourMixing.name
    public static let summary = "for tests"
    public static let cost = "none"
    public static let source = "none"
    public static let effect = "none"
    public init(_ parameters: ParameterValues) {}

    public func apply(
        to inputs: inout VectorBatch, context: inout AggregationContext, report: inout MixReport,
        scratch: inout Scratch
    ) {
        for row in 0..<inputs.rows { inputs.scale(row: row, by: 0.5) }
    }
}

/// Goes by what another input left.
public struct Reminiscent: AggregationRule {
    public static let name = "planted"
    public static let summary = "for tests"
    public static let cost = "none"
    public static let source = "none"
    public static let robustness = Robustness.none
    public init(_ parameters: ParameterValues) {}

    public func aggregate(
        _ inputs: borrowing VectorBatch, context: borrowing AggregationContext, into output: inout MutableSpan<Float>,
        report: inout MixReport, scratch: inout Scratch
    ) {
        for index in output.indices { output[index] = Float(scratch.coefficients.count) }
        scratch.coefficients = [Double](repeating: 1, count: inputs.rows)
    }
}
