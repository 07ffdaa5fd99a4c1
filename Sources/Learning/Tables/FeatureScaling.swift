// FeatureScaling: brings every feature to one range or one spread, by figures of the training part alone.
import Registry

/// A shift and a factor for each feature.
struct FeatureScaling: Sendable, Equatable {
    static let parameter = Parameter.choice(
        "scaling", ["none", "minmax", "standard"], default: "none",
        "of each feature: to 0...1, or to mean 0 and deviation 1, by the training part alone")

    private let offsets: [Double]
    private let factors: [Double]

    /// The figures of some rows of a table; `nil` where nothing is to be scaled.
    ///
    /// - Parameter kind: of the parameter.
    init?(_ kind: String, of table: some RowTable, rows: [Int32]) throws(ConfigurationFault) {
        guard kind != "none" else { return nil }
        var spread = ColumnSpread(columns: table.width)
        try table.forEach(of: rows) { spread.add($0) }
        (offsets, factors) =
            kind == "minmax"
            ? (spread.least, zip(spread.least, spread.greatest).map { Self.factor(of: $1 - $0) })
            : (spread.means, spread.deviations.map(Self.factor))
    }

    /// A feature that never differs becomes 0.
    private static func factor(of extent: Double) -> Double { extent > 0 ? 1 / extent : 0 }

    /// Scales the features of one row, which begins at `start`.
    func apply(to features: inout [Float], from start: Int) {
        for column in offsets.indices {
            let scaled = (Double(features[start + column]) - offsets[column]) * factors[column]
            // What no Float holds is as far as one can be.
            features[start + column] = Float(min(max(scaled, -Self.greatest), Self.greatest))
        }
    }

    private static let greatest = Double(Float.greatestFiniteMagnitude)
}

/// Extremes, means and deviations of columns, row by row (Welford 1962).
private struct ColumnSpread {
    private(set) var least: [Double]
    private(set) var greatest: [Double]
    private(set) var means: [Double]
    private var squares: [Double]
    private var count = 0.0

    init(columns: Int) {
        least = [Double](repeating: .infinity, count: columns)
        greatest = [Double](repeating: -.infinity, count: columns)
        means = [Double](repeating: 0, count: columns)
        squares = means
    }

    mutating func add(_ row: [Float]) {
        count += 1
        for column in means.indices {
            let value = Double(row[column])
            least[column] = min(least[column], value)
            greatest[column] = max(greatest[column], value)
            let change = value - means[column]
            means[column] += change / count
            squares[column] += change * (value - means[column])
        }
    }

    /// Of the whole, as of a population.
    var deviations: [Double] { squares.map { ($0 / max(1, count)).squareRoot() } }
}
