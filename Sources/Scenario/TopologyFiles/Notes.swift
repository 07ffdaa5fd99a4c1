// Notes: the account of what in a file is left out, not understood, or read otherwise than its author may think.
import JSON

/// Warnings in the order of their first occasion; the same thing many times is one warning with a count.
struct Notes {
    private var entries: [(sentence: String, first: JSONPosition, count: Int)] = []
    private var slots: [String: Int] = [:]

    mutating func add(_ sentence: String) { count(sentence, at: .none) }

    mutating func count(_ sentence: String, at position: JSONPosition) {
        if let slot = slots[sentence] {
            entries[slot].count += 1
        } else {
            slots[sentence] = entries.count
            entries.append((sentence, position, 1))
        }
    }

    /// Counts the members that nothing here reads.
    mutating func countOthers(in members: JSONMembers, besides known: [String], of owner: String) {
        for member in members.others(besides: known) {
            count("the attribute '\(member.key)' of \(owner) is not used", at: member.keyPosition)
        }
    }

    /// More kinds of doubt would only hide each other.
    private static let mostShown = 20

    var sentences: [String] {
        let shown = entries.prefix(Self.mostShown).map { sentence, first, count in
            let place = first.description
            return (place.isEmpty ? "" : "\(place): ") + sentence + (count > 1 ? " (\(count) times)" : "")
        }
        let others = entries.count - shown.count
        return others > 0 ? shown + ["\(others) other things in the file are not used or left out"] : shown
    }
}
