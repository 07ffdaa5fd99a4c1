// Box: models whose elements are bounded one by one.
import Registry

/// x_j ← min(high, max(low, x_j)).
public struct BoxProjection: Projection {
    public static let name = "box"
    public static let summary = "Models whose elements all lie between two bounds."
    public static let parameters = [
        Parameter.number("low", -1e9...1e9, default: -1, "least value of an element"),
        Parameter.number("high", -1e9...1e9, default: 1, "greatest value of an element"),
    ]
    private let low: Float
    private let high: Float

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        (low, high) = (Float(parameters.number("low")), Float(parameters.number("high")))
        guard low <= high else {
            throw ConfigurationFault(
                "training.projection box has low \(low) above high \(high); allowed: low at most high")
        }
    }

    public func radius(dimension: Int) -> Double? {
        Double(max(low.magnitude, high.magnitude)) * Double(dimension).squareRoot()
    }

    public func project(_ parameters: inout MutableSpan<Float>) {
        // What is no number fails both comparisons, and stays.
        for i in parameters.indices {
            if parameters[i] < low { parameters[i] = low } else if parameters[i] > high { parameters[i] = high }
        }
    }
}
