// What a breakdown came to, as a table and as JSON.
import JSON
import Linter

/// Theory and the simulator side by side.
public struct BreakdownReport {
    public let rows: [Breakdown.Row]
    private let rule: String
    private let rounds: Int

    public init(_ rows: [Breakdown.Row], of breakdown: Breakdown) {
        self.rows = rows
        rule = breakdown.rule.name
        rounds = breakdown.rounds
    }

    /// The largest count at which the condition holds, and at all smaller ones.
    public var held: Int? { rows.prefix { $0.finding.verdict == .holds }.last?.count }

    /// The largest count at which nothing that is needed fails, and at all smaller ones.
    public var standing: Int? { rows.prefix { $0.finding.verdict != .fails }.last?.count }

    /// The least count at which the honest nodes are broken.
    public var broken: Breakdown.Row? {
        rows.first { $0.isBroken ?? false }
    }

    private var isTooSlow: Bool { rows.contains { $0.worst != nil && $0.isBroken == nil } }

    /// What has run away is far enough.
    private static func share(_ value: Double) -> String { value < 1_000 ? rounded(value, 3) : "> 1000" }

    private static func json(_ value: Double?) -> JSONValue? {
        value.flatMap { $0.isFinite ? .number($0) : nil }
    }

    public var lines: [String] {
        let table = TextTable(
            header: ["hostile", "told", "condition", "demand", "worst attack", "apart", "moved", "in fact"], names: 0,
            rows: rows.map { row in
                let worst = row.worst
                return [
                    "\(row.count)", "\(row.told)", row.finding.verdict?.rawValue ?? "",
                    row.finding.number("demand").map { rounded($0, 2) } ?? "",
                    worst.map { $0.attack ?? "none" } ?? "not tried",
                    worst.map { Self.share($0.outcome.disagreement) } ?? "",
                    worst.map { Self.share($0.outcome.drift) } ?? "",
                    worst.map { _ in row.isBroken.map { $0 ? "fails" : "agrees" } ?? "too slow" } ?? "",
                ]
            })
        let theory: String
        if let held {
            theory = "what theory needs holds up to \(held) hostile"
        } else if let standing {
            theory = "what it needs holds up to \(standing) hostile, and nothing is known that would be enough"
        } else {
            theory = "what theory needs does not hold at all"
        }
        let fact =
            broken.map { row in
                "in the simulator it fails first with \(row.count), under \(row.worst?.attack ?? "no attack")"
            }
            ?? (isTooSlow
                ? "in the simulator it is too slow to tell in \(rounds) rounds"
                : "in the simulator it never failed, up to \(rows.last?.count ?? 0)")
        let tried = rows.map(\.tried).max() ?? 0
        return table.plain
            + FindingText.wrapped("\(theory); \(fact)", title: rule + ":")
            + FindingText.wrapped(
                "\(rounds) rounds without learning, \(tried) attacks at most; apart and moved as shares "
                    + "of the distance at the start; it fails where nodes end apart by more than 0.1, or their average "
                    + "has moved by more than 1", title: "")
    }

    public var json: JSONValue {
        .object([
            "version": .number(1), "rule": .text(rule), "rounds": .number(rounds),
            "holdsUpTo": held.map { .number($0) }, "neededUpTo": standing.map { .number($0) },
            "failsFrom": broken.map { .number($0.count) },
            "rows": .array(
                rows.map { row in
                    .object([
                        "hostile": .number(row.count), "told": .number(row.told),
                        "condition": .text(row.finding.verdict?.rawValue ?? ""),
                        "demand": Self.json(row.finding.number("demand")),
                        "attack": row.worst?.attack.map { .text($0) },
                        "disagreement": Self.json(row.worst?.outcome.disagreement),
                        "drift": Self.json(row.worst?.outcome.drift),
                        "broken": row.isBroken.map { .flag($0) }, "attacksTried": .number(row.tried),
                    ])
                }),
        ])
    }
}
