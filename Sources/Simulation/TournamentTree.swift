// TournamentTree: the next timer of each of many nodes, and who is due, without asking all of them.
import Kernels

/// A moment, or none, for each place; the soonest is at hand, and whoever is due is found in order.
struct TournamentTree: Sendable {
    private static let never = Int64.max

    private let leaves: Int
    /// The least of the two below, from the root at 1 down to the leaves, which hold the moments.
    private var least: [Int64]

    init(count: Int) {
        var leaves = 1
        while leaves < count { leaves *= 2 }
        self.leaves = leaves
        least = [Int64](repeating: Self.never, count: 2 * leaves)
    }

    var soonest: Instant? { least[1] == Self.never ? nil : Instant(nanoseconds: least[1]) }

    mutating func set(_ index: Int, to moment: Instant?) {
        var place = leaves + index
        least[place] = moment?.nanoseconds ?? Self.never
        while place > 1 {
            place /= 2
            let winner = min(least[2 * place], least[2 * place + 1])
            guard least[place] != winner else { return }
            least[place] = winner
        }
    }

    /// Appends the places of all moments up to `now`, ascending.
    func collect(until now: Instant, into due: inout [Int]) { collect(until: now, below: 1, into: &due) }

    private func collect(until now: Instant, below place: Int, into due: inout [Int]) {
        guard least[place] <= now.nanoseconds, least[place] != Self.never else { return }
        guard place < leaves else { return due.append(place - leaves) }
        collect(until: now, below: 2 * place, into: &due)
        collect(until: now, below: 2 * place + 1, into: &due)
    }
}
