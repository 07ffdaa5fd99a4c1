// Whether every honest node hears enough for what it is told to withstand, and has no more hostile neighbours.
import Aggregation
import Graphs
import Kernels

extension Checker {
    func capacity() -> Check {
        var short: [NodeID] = []
        var beyond: [NodeID] = []
        var demand = 0.0
        for (index, node) in subject.honest.enumerated() {
            let (told, there) = (facts.told[index], facts.contamination[index])
            if !rule.withstands(told, among: subject.weights.weights(at: node)) { short.append(node) }
            let isWeight = if case .weight = subject.tolerance { true } else { false }
            let isBeyond = isWeight ? there.weight > told.weight + Budget.tolerance : there.count > told.count
            if isBeyond { beyond.append(node) }
            let ratio = isWeight ? there.weight / told.weight : Double(there.count) / Double(told.count)
            if ratio.isFinite { demand = max(demand, ratio) }
        }
        let most = facts.told.map(\.count).max() ?? 0
        let numbers = [
            ("told", Double(most)), ("short", Double(short.count)), ("beyond", Double(beyond.count)),
        ]
        guard short.isEmpty, beyond.isEmpty else {
            let sentences = [
                short.isEmpty ? nil : "too few neighbours to withstand f = \(most) at \(subject.names(short))",
                beyond.isEmpty ? nil : "more hostile neighbours than told at \(subject.names(beyond))",
            ].compactMap(\.self)
            return Check(
                "capacity", .fails, numbers: numbers, nodes: subject.labels(short + beyond), demand: max(2, demand),
                saying: sentences.joined(separator: "; "))
        }
        return Check(
            "capacity", .holds, numbers: numbers, demand: demand, saying: "every node hears enough for f = \(most)")
    }
}
