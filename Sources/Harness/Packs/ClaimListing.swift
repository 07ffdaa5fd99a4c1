// Judged claims for the terminal and for programs.
import JSON
import Metrics

extension [JudgedClaim] {
    /// Those that fail, those that are not decided, and then the others, each in the study's order.
    var mostTellingFirst: [JudgedClaim] {
        ClaimVerdict.Kind.allCases.flatMap { kind in filter { $0.verdict.kind == kind } }
    }

    /// A verdict, a sentence and the numbers of each, and how many there are of each kind.
    public var lines: [String] {
        let table = TextTable(
            header: ["verdict", "claim", "measured", "expected"], names: 4,
            rows: mostTellingFirst.map { [$0.verdict.name, $0.claim.statement, $0.numbers, $0.claim.expected] })
        return table.plain + ["", PackReport.summary(of: self)]
    }

    public func json(of pack: PaperPack) -> String {
        var line = JSONLine()
        line.add("pack", pack.name)
        line.add("claims", self) { line, judged in
            line.appendObject { object in
                object.add("claim", judged.claim.statement)
                object.add("verdict", judged.verdict.name)
                if case .notComparable(let reason) = judged.verdict { object.add("reason", reason) }
                object.add("quantity", judged.claim.quantity)
                object.add("mean", judged.estimate?.mean)
                object.add("halfWidth", judged.estimate?.halfWidth)
                object.add("least", judged.claim.range.lowerBound)
                object.add("greatest", judged.claim.range.upperBound)
                object.add("seeds", judged.seeds) { line, seed in
                    line.appendObject { one in
                        one.add("seed", seed.name)
                        one.add("value", seed.value)
                    }
                }
                object.add("published", judged.claim.published)
            }
        }
        return String(decoding: line.line(), as: UTF8.self)
    }
}
