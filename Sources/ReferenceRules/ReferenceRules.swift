// Every multiset rule and pre-aggregation again, in Double and by its definition: what tests hold the fast ones to, and
// what the laboratory's `aggregate --precision double` runs. Nothing here is fast, and nothing is shared with what is.
import Kernels
import Registry

/// What a rule is given.
public struct ReferenceInputs: Sendable {
    /// n vectors of one length.
    public var vectors: [[Double]]
    /// f.
    public var hostile: Int
    /// The row of the node's own vector.
    public var own: Int?
    /// Whether a rule that selects must keep that.
    public var protectsOwn: Bool
    /// What updates are differences from.
    public var modelBefore: [Double]?
    /// The previous result, for centered clipping.
    public var previous: [Double]?
    /// The rule's own, with its defaults.
    public var parameters: ParameterValues

    public init(
        _ vectors: [[Double]], hostile: Int, own: Int? = nil, protectsOwn: Bool = false, modelBefore: [Double]? = nil,
        previous: [Double]? = nil, parameters: ParameterValues
    ) {
        self.vectors = vectors
        self.hostile = hostile
        self.own = own
        self.protectsOwn = protectsOwn
        self.modelBefore = modelBefore
        self.previous = previous
        self.parameters = parameters
    }

    var count: Int { vectors.count }
    var dimension: Int { vectors[0].count }
    /// The row that may not be discarded.
    var pinned: Int? { protectsOwn ? own : nil }
}

/// What a rule makes of it.
public struct ReferenceResult: Sendable {
    public var vector: [Double]
    /// Rows with any influence.
    public var kept: [Int]

    init(_ vector: [Double], kept: [Int]) {
        self.vector = vector
        self.kept = kept
    }
}

/// The reference rules and pre-aggregations by name.
public enum ReferenceRules {
    /// The rules, by their names in the catalogue.
    public static let aggregation: [String: @Sendable (ReferenceInputs) -> ReferenceResult] = [
        "mean": mean,
        "median": median,
        "trimmedMean": trimmedMean,
        "geometricMedian": geometricMedian,
        "krum": krum,
        "multiKrum": multiKrum,
        "mda": minimumDiameter,
        "mva": minimumVariance,
        "smea": smallestEigenvalue,
        "caf": covarianceFilter,
        "monna": nearestToPivot,
        "meamed": meanAroundMedian,
        "phocas": phocas,
        "centredClipping": centredClipping,
        "faba": faba,
        "cge": comparativeElimination,
        "medianOfMeans": medianOfMeans,
        "bulyan": bulyan,
        "lfighter": lfighter,
        "signMajority": signMajority,
    ]

    /// What a pre-aggregation makes of its inputs: vectors, and for each input the one that it is in.
    public typealias Prepared = (vectors: [[Double]], groups: [Int])

    /// The pre-aggregations, by their names in the catalogue; `random` is what bucketing draws from.
    public static let preAggregations:
        [String: @Sendable (_ inputs: ReferenceInputs, _ random: inout RandomStream) -> Prepared] = [
            "clipping": { inputs, _ in (clipping(inputs), Array(0..<inputs.count)) },
            "arc": { inputs, _ in (adaptiveClipping(inputs), Array(0..<inputs.count)) },
            "nnm": { inputs, _ in (nearestNeighbourMixing(inputs), Array(0..<inputs.count)) },
            "bucketing": bucketing,
        ]
}

// Vectors as plain arrays.

func + (x: [Double], y: [Double]) -> [Double] { zip(x, y).map { $0 + $1 } }
func - (x: [Double], y: [Double]) -> [Double] { zip(x, y).map { $0 - $1 } }
func * (factor: Double, x: [Double]) -> [Double] { x.map { factor * $0 } }
func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
func norm(_ x: [Double]) -> Double { dot(x, x).squareRoot() }
func clipped(_ x: [Double], at length: Double) -> [Double] { norm(x) <= length ? x : (length / norm(x)) * x }

extension [[Double]] {
    /// The mean of some of the rows.
    func mean(of rows: some Collection<Int>) -> [Double] {
        (1 / Double(rows.count)) * rows.reduce(Array<Double>(repeating: 0, count: self[0].count)) { $0 + self[$1] }
    }

    /// What `reduce` makes of each column.
    func byColumn(_ reduce: ([Double]) -> Double) -> [Double] {
        self[0].indices.map { column in reduce(map { $0[column] }) }
    }

    func squaredDistance(_ i: Int, _ j: Int) -> Double {
        (self[i] - self[j]).reduce(0) { $0 + $1 * $1 }
    }
}

/// The rows by ascending value, on equal values by row.
func ranked(_ rows: some Sequence<Int>, by value: (Int) -> Double) -> [Int] {
    rows.map { ($0, value($0)) }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0)
}
