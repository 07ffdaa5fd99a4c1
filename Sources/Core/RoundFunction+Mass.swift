// The mass of a node under push-sum: how it is shared out, and how it weighs what comes in. Without one, nothing here
// does anything.
import Aggregation
import Kernels

extension RoundFunction {
    /// Where the mass stands in what is sent and shared; `nil` where nothing carries one.
    var massPlace: Int? { configuration.carriesMass ? configuration.channels.elementCount - 1 : nil }

    /// No graph has so many nodes, and no node more mass than there are nodes: more is a lie.
    static var mostMass: Float { 0x1p24 }

    /// What is sent in `step`: in place of the mass the share of it that each of those gets to whom it is sent, and
    /// that the node keeps. Who only overhears it gets none.
    func sharingMass(_ values: consuming [Float], in step: Round) -> [Float] {
        guard let massPlace, configuration.cadence.exchanges(in: step) else { return values }
        let receivers = configuration.roundNeighbourhood(in: step).links.receiverCount
        values[massPlace] = Float(Double(values[massPlace]) / Double(1 + receivers))
        return values
    }

    /// What another node's vector weighs before weights are made to sum to 1; `nil` where it weighs nothing.
    func massShare(of values: [Float]) -> Double? {
        guard let massPlace else { return nil }
        let share = values[massPlace]
        return share > 0 && share <= Self.mostMass ? Double(share) : nil
    }
}

extension Workspace {
    /// Takes the shares of mass that stand for weights in the context for parts of one whole with the node's own.
    ///
    /// - Returns: the whole, which is the node's next mass.
    mutating func weighByMass(own share: Float) -> Float {
        let sum = context.weights.reduce(Double(share), +)
        let isPositive = sum > 0
        for row in context.weights.indices { context.weights[row] = isPositive ? context.weights[row] / sum : 0 }
        return Float(sum)
    }
}
