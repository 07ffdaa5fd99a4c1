// Memory that rules reuse from round to round. No value in it survives a call.
import Kernels

/// What rules need beside inputs and outputs, kept so that a steady run allocates nothing.
public struct Scratch: Sendable {
    /// Of each row, from the own model or some centre.
    public var distances: [Double] = []
    /// Rows, the nearest first.
    public var order: [Int] = []
    /// What each row, or its offset from the own model, is multiplied by.
    public var coefficients: [Double] = []
    /// One model.
    public var vector: [Float] = []

    /// |x_i − x_j|², row after row.
    var pairs: [Double] = []
    /// Of each row, a rule's judgement of it.
    var scores: [Double] = []
    /// Of each row, what a rule has left of its weight.
    var weights: [Double] = []
    /// Of each row, its part in a product with `pairs`.
    var products: [Double] = []
    /// Rows that were chosen, ascending.
    var chosen: [Int] = []
    var eigen = SymmetricEigensystem()
    /// Rows that a pre-aggregation makes, or that a rule works on.
    var batch = VectorBatch(columns: 0, capacity: 0)
    /// The neighbourhood that a multiset rule aggregates.
    var neighbourhood = VectorBatch(columns: 0, capacity: 0)
    /// Of each input of a chain of pre-aggregations, the row that it is in.
    var groups: [Int] = []
    /// On the inputs from the neighbourhood, and on what pre-aggregations made of them.
    var neighbourhoodReport = MixReport()
    var report = MixReport()

    public init() {}
}
