// RowTable: rows of features in files, each with its target. How they become the parts of a dataset is TableDataset's.
import Registry

/// Rows that are read from files, in stored order, each with as many features as the others.
protocol RowTable: Sendable {
    /// The file that messages name.
    var path: String { get }
    /// Elements along each axis of a row's features.
    var axes: [Int] { get }
    var count: Int { get }
    var targetKind: TargetKind { get }
    func targets() throws(ConfigurationFault) -> Targets
    /// What the classes are called; `nil` where they are numbers from 0.
    var classes: ClassNames? { get }
    /// Whose each row is, where the files say it, as numbers 0, 1, ….
    var groups: [Int32]? { get }

    /// Shows the features of some rows.
    ///
    /// - Parameter rows: ascending, none twice.
    func forEach(of rows: [Int32], _ body: (_ features: [Float]) -> Void) throws(ConfigurationFault)

    /// Reads everything, and finds whatever is wrong.
    ///
    /// - Returns: what tells the contents of these files from others.
    func fingerprint() throws(ConfigurationFault) -> String
}

extension RowTable {
    var width: Int { axes.reduce(1) { $0.clampedTimes($1) } }
    var classes: ClassNames? { nil }
    var groups: [Int32]? { nil }
    var size: String { axes.map(String.init).joined(separator: " x ") }

    /// The features of these rows in the order given, row after row.
    func features(ofRows rows: [Int32], scaled scaling: FeatureScaling?) throws(ConfigurationFault) -> [Float] {
        let width = width
        var features = [Float](repeating: 0, count: rows.count * width)
        let order = rows.indices.sorted { rows[$0] < rows[$1] }
        var distinct: [Int32] = []
        for place in order where rows[place] != distinct.last { distinct.append(rows[place]) }
        var filled = 0
        var shown = 0
        try forEach(of: distinct) { values in
            while filled < order.count, rows[order[filled]] == distinct[shown] {
                let start = order[filled] * width
                for column in 0..<width { features[start + column] = values[column] }
                scaling?.apply(to: &features, from: start)
                filled += 1
            }
            shown += 1
        }
        return features
    }
}
