// The report of a pack: its claims with their verdicts first, then the paper's figures and ours, then the setting.
import Metrics
import Platform

/// `report.html` of a pack.
struct PackReport {
    let pack: PaperPack
    let request: PackRequest
    let study: PackStudy
    let results: PackResults
    let claims: [JudgedClaim]

    /// "12 claims: 1 fails, 2 are not decided, 9 hold".
    var summary: String { Self.summary(of: claims) }

    /// Of the claims alone: bad where one fails, good where all that can be judged hold.
    var standing: Standing {
        let kinds = Set(claims.map(\.verdict.kind))
        return kinds.contains(.fails) ? .bad : kinds.contains(.notDecided) ? .doubtful : .good
    }

    static func summary(of claims: [JudgedClaim]) -> String {
        let parts = ClaimVerdict.Kind.allCases.compactMap { kind -> String? in
            let count = claims.count { $0.verdict.kind == kind }
            return count > 0 ? kind.counted(count) : nil
        }
        return "\(claims.count) claim\(claims.count == 1 ? "" : "s"): \(parts.joined(separator: ", "))"
    }

    /// One line a claim.
    var claimTable: TextTable {
        TextTable(
            header: ["claim", "verdict", "measured", "expected", "quantity", "published"], names: 6,
            rows: claims.map { judged in
                [
                    judged.claim.statement, judged.verdict.description, judged.numbers, judged.claim.expected,
                    judged.claim.quantity, judged.claim.published,
                ]
            })
    }

    var page: [UInt8] {
        let papers = pack.papers.map { paper -> Markup in "<p class=\"facts\">\(paper)</p>\n" }
        let setting = study.setting.map { sentence -> Markup in "<li>\(sentence)</li>\n" }
        let figures = study.figures.enumerated().map { section($1, id: "figure-\($0 + 1)") }
        let failures = results.tables.values.sorted { $0.sweep.name < $1.sweep.name }.flatMap { table in
            table.failures.map { "\(table.sweep.name): \($0)" }
        }
        let lost: Markup =
            failures.isEmpty
            ? ""
            : """
            <section><h2>Cells that no mean counts</h2><ul>\
            \(failures.map { line -> Markup in "<li>\(line)</li>" })</ul></section>

            """
        return Page(
            "\(pack.name): \(summary)", styles: [FigureStyle.sheet, Self.sheet],
            body: """
                <header>
                <p class="over">\(pack.name), \(request.scale.rawValue)</p>
                <h1>\(summary)</h1>
                \(papers)</header>
                <section>
                <h2>Setting</h2>
                <ul>
                \(setting)</ul>
                </section>
                <section>
                <h2>Claims</h2>
                <p class="note">A claim holds where the 95 % interval over seeds lies in what is expected, fails where \
                it lies outside, and is not decided where it has both; one seed alone has no interval.</p>
                \(claimRows)</section>
                \(figures)\(lost)
                """
        ).bytes
    }

    private var claimRows: Markup {
        let rows = claims.mostTellingFirst.map { judged -> Markup in
            let claim = judged.claim
            return """
                <div class="claim \(judged.verdict.name.filter { $0 != " " })">
                <p><b>\(judged.verdict.name)</b> \(claim.statement)</p>
                <p class="note">Measured: \(judged.numbers). Expected: \(claim.expected). \
                Quantity: \(claim.quantity).</p>
                <p class="note">Paper: \(claim.published).\(reason(judged.verdict))</p>
                </div>

                """
        }
        return rows.reduce(into: "") { $0 += $1 }
    }

    private func reason(_ verdict: ClaimVerdict) -> String {
        if case .notComparable(let reason) = verdict { " Not comparable: \(reason)." } else { "" }
    }

    private func section(_ figure: PackFigure, id: String) -> Markup {
        var body: Markup
        do throws(MissingFigure) {
            body = try FigureDrawing(figure, id: id, results).markup
        } catch {
            body = "<p class=\"note\">Not drawn: \(error.description).</p>\n"
        }
        let note: Markup = figure.note.isEmpty ? "" : "<p class=\"note\">\(figure.note)</p>\n"
        return "<section>\n<h2>\(figure.title)</h2>\n\(note)\(body)</section>\n"
    }

    private static let sheet: Markup = """
        .claim{border-left:.3rem solid var(--soft);padding:.1rem .8rem;margin:.7rem 0}.claim p{margin:.15rem 0}
        .claim.holds{border-color:var(--good)}.claim.fails{border-color:var(--bad)}
        .claim.notdecided{border-color:var(--doubtful)}

        """
}
