// Passage: what is on its way in one direction of a faulty link, each thing until its own time.
import Kernels

struct Passage<Item: Sendable>: Sendable {
    /// By time; of one time in the order in which they came.
    private var waiting: [(at: Instant, bytes: Int, item: Item)] = []
    private let mostBytes: Int
    private var byteCount = 0

    /// - Parameter mostBytes: with so much on its way there is no room for more.
    init(mostBytes: Int) { self.mostBytes = mostBytes }

    /// Whether anything may be added; the last thing may be as long as it is.
    var hasRoom: Bool { byteCount < mostBytes }

    var isEmpty: Bool { waiting.isEmpty }
    /// When the next thing arrives.
    var nextAt: Instant? { waiting.first?.at }

    mutating func add(_ item: Item, bytes: Int, at moment: Instant) {
        // Nearly always the last place.
        let place = (waiting.lastIndex { $0.at <= moment } ?? -1) + 1
        waiting.insert((moment, bytes, item), at: place)
        byteCount += bytes
    }

    /// The next thing that has arrived by now.
    mutating func take(at now: Instant) -> Item? {
        guard let first = waiting.first, first.at <= now else { return nil }
        byteCount -= first.bytes
        return waiting.removeFirst().item
    }

    /// What is on its way never arrives.
    mutating func removeAll() { self = Passage(mostBytes: mostBytes) }
}
