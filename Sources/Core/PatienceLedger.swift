// PatienceLedger: an account for each neighbour of the time that was waited for it, and the credit it has. PATIENCE.md
// derives what it comes to.
import Kernels

/// A debt for each neighbour: what the node waited for it while all but a few others had been heard.
///
/// Nobody is waited for beyond a limit, and what rounds earn pays debts off. Both are dealt out so that no `suspects`
/// neighbours together ever get more than the whole, while a single one may have all of it: each debt counts up to a
/// level, the highest at which the greatest `suspects` debts sum to no more than what there is.
struct PatienceLedger: Sendable, Equatable {
    /// So many neighbours may be late on purpose.
    let suspects: Int
    /// What `suspects` neighbours together may owe at any time.
    let limit: Nanoseconds
    private(set) var debts: [Nanoseconds]
    /// Time that the node waited for each neighbour on these terms, over the whole run.
    private(set) var charged: [Nanoseconds]

    init(neighbours: Int, suspects: Int, limit: Nanoseconds) {
        self.suspects = suspects
        self.limit = limit
        debts = [Nanoseconds](repeating: 0, count: neighbours)
        charged = debts
    }

    /// How much longer the node would wait for this neighbour alone.
    func credit(of slot: Int) -> Nanoseconds { min(limit, level(for: limit)) - debts[slot] }

    mutating func charge(_ wait: Nanoseconds, to slot: Int, asDebt: Bool = true) {
        charged[slot] += wait
        if asDebt { debts[slot] += wait }
    }

    mutating func earn(_ amount: Nanoseconds) {
        let level = level(for: amount)
        for slot in debts.indices where debts[slot] > 0 { debts[slot] -= min(debts[slot], level) }
    }

    /// The highest level at which the greatest `suspects` debts, each counted up to it, sum to at most `amount`.
    private func level(for amount: Nanoseconds) -> Nanoseconds {
        var left = amount
        var sharers = Nanoseconds(suspects)
        // Asked in every round, and hardly ever is there a debt.
        guard debts.contains(where: { $0 > 0 }) else { return sharers > 0 && left < sharers ? left / sharers : .max }
        for debt in greatestDebts.reversed() {
            if debt >= left / sharers { return left / sharers }
            left -= debt
            sharers -= 1
        }
        return .max
    }

    /// Descending, `suspects` of them.
    private var greatestDebts: ArraySlice<Nanoseconds> {
        guard suspects > 1 else { return suspects == 0 ? [] : [debts.max() ?? 0] }
        return debts.sorted(by: >).prefix(suspects)
    }

    func credit(of neighbour: NodeID, slot: Int, isGivenUp: Bool) -> Checkpoint.Credit {
        Checkpoint.Credit(neighbour: neighbour, debt: debts[slot], charged: charged[slot], isGivenUp: isGivenUp)
    }

    mutating func restore(_ credit: Checkpoint.Credit, slot: Int) {
        debts[slot] = min(limit, max(0, credit.debt))
        charged[slot] = max(0, credit.charged)
    }
}
