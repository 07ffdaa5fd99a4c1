// r- and (r, s)-robustness of the honest graph: what trimming rules need.
import Graphs

enum GroupRobustness: FindingKind {
    static let code = "robustness"
    static let title = "robustness"

    static func findings(_ facts: GraphFacts) -> [Finding] {
        guard facts.subject.honest.count > 1 else { return [] }
        let found = facts.robustness
        let pairs = found.pairs.enumerated().filter { $0.element > 0 && $0.offset + 1 >= found.atLeast }
        let withS = pairs.last.map { "; (\($0.offset + 1), \($0.element))-robust" } ?? ""
        let value =
            found.isExact
            ? "\(found.atLeast)-robust, not more" : "r-robust for some r of \(found.atLeast) to \(found.atMost)"
        let trimming =
            found.atLeast == 0
            ? "no trimming is known to agree" : "trimming \(found.atLeast - 1) on each side agrees (W-MSR)"
        return [
            Finding(
                code,
                numbers: [("atLeast", Double(found.atLeast)), ("atMost", Double(found.atMost))]
                    + found.pairs.enumerated().map { ("s\($0.offset + 1)", Double($0.element)) },
                saying: "honest graph \(value)\(withS); \(trimming)"
                    + (found.pairs.isEmpty ? "; bounds" : "; all sets looked at"))
        ]
    }
}
