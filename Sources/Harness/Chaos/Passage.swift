// Passage: what is on its way in one direction of a faulty link, each thing until its own time.
import Kernels

struct Passage<Item: Sendable>: Sendable {
    /// By time; of one time in the order in which they came.
    private var waiting: [(at: Instant, item: Item)] = []

    var isEmpty: Bool { waiting.isEmpty }
    var count: Int { waiting.count }
    /// When the next thing arrives.
    var nextAt: Instant? { waiting.first?.at }

    mutating func add(_ item: Item, at moment: Instant) {
        // Nearly always the last place.
        let place = (waiting.lastIndex { $0.at <= moment } ?? -1) + 1
        waiting.insert((moment, item), at: place)
    }

    /// The next thing that has arrived by now.
    mutating func take(at now: Instant) -> Item? {
        guard let first = waiting.first, first.at <= now else { return nil }
        return waiting.removeFirst().item
    }
}
