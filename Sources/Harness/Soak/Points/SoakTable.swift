// SoakTable: which points a soak reached and how often, as text of 80 columns and as JSON.
import JSON

public struct SoakTable: Sendable {
    private static let width = 80
    /// Of the pairs of a group those are named that the fewest cases reached.
    private static let named = 5

    private let tally: SoakTally

    public init(_ tally: SoakTally) { self.tally = tally }

    private var points: SoakPoints { tally.points }

    private func places(of group: Int) -> [Int] { points.points.indices.filter { points.points[$0].group == group } }

    /// A table for each group; of pairs only how many were reached, and the rarest.
    public var lines: [String] {
        points.groups.indices.flatMap { group in
            points.groups[group].columns == nil ? list(group) : summary(group)
        }
    }

    /// Points that nothing reached, in one paragraph.
    public var neverReached: [String] {
        let names = tally.neverReached.map { points.description(of: $0) }
        return wrapped("never reached: ", names.isEmpty ? ["nothing of \(tally.points.points.count)"] : names)
    }

    private func title(_ group: Int) -> String {
        let places = places(of: group)
        let meant = places.filter { points.points[$0].exclusion == nil }
        let reached = meant.count { tally.casesReaching[$0] > 0 }
        let excluded = places.count - meant.count
        return "\(points.groups[group].name): \(reached) of \(meant.count) reached"
            + (excluded > 0 ? ", \(excluded) excluded" : "")
    }

    /// In two columns: the point, cases, and where it is counted on the way, times.
    private func list(_ group: Int) -> [String] {
        let isMet = points.groups[group].isMet
        let cells = places(of: group).filter { points.points[$0].exclusion == nil || tally.casesReaching[$0] > 0 }
            .map { place in
                cell(
                    points.points[place].name,
                    [tally.casesReaching[place]] + (isMet ? [tally.timesReached[place]] : []))
            }
        let half = (cells.count + 1) / 2
        return [title(group) + (isMet ? " (cases, times)" : " (cases)")]
            + (0..<half).map { row in
                "  " + cells[row] + (row + half < cells.count ? "  " + cells[row + half] : "")
            }
    }

    private func cell(_ name: String, _ numbers: [Int]) -> String {
        let width = (Self.width - 4) / 2
        let text = numbers.map { number in
            let digits = "\(number)"
            return String(repeating: " ", count: max(1, 7 - digits.count)) + digits
        }.joined()
        return name + String(repeating: " ", count: max(0, width - name.count - text.count)) + text
    }

    private func summary(_ group: Int) -> [String] {
        let reached = places(of: group).filter { tally.casesReaching[$0] > 0 }
            .sorted { (tally.casesReaching[$0], $0) < (tally.casesReaching[$1], $1) }
        guard !reached.isEmpty else { return [title(group)] }
        let rarest = reached.prefix(Self.named).map { "\(points.points[$0].name) \(tally.casesReaching[$0])" }
        return [title(group)] + wrapped("  rarest (cases): ", rarest)
    }

    private func wrapped(_ start: String, _ words: [String]) -> [String] {
        var lines: [String] = []
        var line = start
        for (index, word) in words.enumerated() {
            let text = index + 1 < words.count ? "\(word), " : word
            if line.count + text.count > Self.width, line != start {
                lines.append(String(line.dropLast()))
                line = "  "
            }
            line += text
        }
        return lines + [line]
    }

    /// Every point, with the first seed that reached it; of one that is not to be reached, why.
    public var json: JSONValue {
        JSONValue(
            .array(
                points.points.indices.map { place in
                    let point = points.points[place]
                    let known = [
                        JSONMember("group", .text(points.groups[point.group].name)),
                        JSONMember("point", .text(point.name)),
                        JSONMember("cases", .number(tally.casesReaching[place])),
                        JSONMember("times", .number(tally.timesReached[place])),
                    ]
                    let seed = tally.firstReaching[place].map { [JSONMember("first", .number(Int($0)))] } ?? []
                    let excluded = point.exclusion.map { [JSONMember("excluded", .text($0))] } ?? []
                    return JSONValue(.object(known + seed + excluded))
                }))
    }
}
