// What the time went into, and for whom was waited; and what was sent.
import Kernels
import Metrics

enum TimeSection: ReportSection {
    private static let mostNames = 5

    static func markup(of run: RecordedRun) -> Markup {
        let waits = waits(in: run)
        guard !run.isSimulated else {
            return .section(
                "Time",
                note: "The honest nodes together waited \(seconds(run.totals.waitNanoseconds)) s of virtual time, in "
                    + "which nothing else takes any.\(waits)", isHalf: true, "")
        }
        let parts = [
            (name: "compute", style: "s1", time: run.totals.computeNanoseconds),
            (name: "mix", style: "s2", time: run.totals.mixNanoseconds),
            (name: "wait", style: "idle", time: run.totals.waitNanoseconds),
        ]
        let whole = Double(max(1, parts.reduce(0) { $0 + $1.time }))
        var left = 0.0
        var bars: Markup = ""
        for part in parts {
            let width = 400 * Double(part.time) / whole
            bars += """
                <rect class="\(part.style)" x="\(left)" y="0" width="\(width)" height="22">\
                <title>\(part.name) \(seconds(part.time)) s</title></rect>
                """
            left += width
        }
        let legend = parts.map { part -> Markup in
            """
            <li><i class="square \(part.style)"></i>\(part.name) <b>\(seconds(part.time)) s</b> \
            \(percent(Double(part.time) / whole))</li>
            """
        }
        return .section(
            "Time", note: "Of all honest nodes together.\(waits)", isHalf: true,
            """
            <svg class="bar" viewBox="0 0 400 22" preserveAspectRatio="none" role="img" aria-labelledby="time-title">
            <title id="time-title">Time by purpose</title>\(bars)</svg>
            <ul class="legend">\(legend)</ul>

            """)
    }

    /// " Waited for: 3 (4.03 s), …", the longest first.
    private static func waits(in run: RecordedRun) -> String {
        let awaited = run.nodes.filter { $0.awaitedSeconds >= 0.005 }.sorted { $0.awaitedSeconds > $1.awaitedSeconds }
        guard !awaited.isEmpty else { return "" }
        let names = awaited.prefix(mostNames).map { "\($0.label) (\(rounded($0.awaitedSeconds, 2)) s)" }
        let more = awaited.count - names.count
        return " Waited for: \(names.joined(separator: ", "))" + (more > 0 ? " and \(more) more." : ".")
    }

    private static func seconds(_ nanoseconds: Nanoseconds) -> String { rounded(Double(nanoseconds) / 1e9, 2) }
}
