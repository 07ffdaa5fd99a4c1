// The mean of what several rounds of a changing graph give to each neighbour: one graph in the place of many.
import Kernels

extension LinkSchedule {
    /// On the links of all rounds, for each neighbour the mean of its weights in some rounds, 0 where it has none.
    public func meanWeights(in rounds: [Round]) -> MixingWeights {
        if isConstant || rounds.isEmpty { return weights(in: Round(0)) }
        let rows = union.nodes.map { node in
            let neighbours = union.neighbours(of: node)
            var row = [Double](repeating: 0, count: neighbours.count)
            for round in rounds {
                for sender in senders(of: node, in: round) {
                    if let place = neighbours.slot(of: sender.node, by: \.self) { row[place] += sender.weight }
                }
            }
            return row.map { $0 / Double(rounds.count) }
        }
        return MixingWeights(union, rows: rows)
    }
}
