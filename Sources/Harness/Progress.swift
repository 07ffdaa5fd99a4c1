// Progress of something long, on standard error: a bar on a terminal, a line every few seconds elsewhere.
import Kernels
public import Metrics
import Platform

public struct Progress {
    private static let lineInterval: Nanoseconds = .milliseconds(3_000)
    private static let barInterval: Nanoseconds = .milliseconds(80)

    private let total: Int
    private let isQuiet: Bool
    private let columns: Int?
    private let start: Instant
    private var pace: Pace
    private var shownAt: Instant?
    private var hasBar = false

    /// - Parameter total: rounds of a run, or cells of a sweep.
    public init(of total: Int, isQuiet: Bool) {
        self.total = total
        self.isQuiet = isQuiet
        columns = Terminal.columnsOfStandardError
        start = MonotonicClock().now()
        pace = Pace(of: total)
    }

    /// What a run was last measured at.
    public mutating func show(_ record: EvaluationRecord?) {
        guard let record else { return }
        let worst = record.test.accuracy.map { rounded($0.least, 3) } ?? "loss \(significant(record.test.worst))"
        let left = pace.secondsLeft(done: record.rounds, at: MonotonicClock().now()).map { "  \(Pace.inWords($0))" }
        show(
            record.rounds, "round \(record.rounds)/\(total)  worst \(worst)",
            more: "  distance \(rounded(record.distance.rootMeanSquare, 3))\(left ?? "")")
    }

    /// So many cells of a sweep have been run since the start.
    public mutating func show(cells done: Int) {
        let elapsed = Double(MonotonicClock().now() - start) / 1e9
        let left = elapsed * Double(total - done) / Double(max(1, done))
        show(done, "cell \(done)/\(total)", more: "  \(Pace.inWords(left))")
    }

    /// - Parameter more: what is left out on a narrow terminal.
    private mutating func show(_ done: Int, _ figures: String, more: String) {
        let now = MonotonicClock().now()
        let interval = columns == nil ? Self.lineInterval : Self.barInterval
        guard !isQuiet, now - (shownAt ?? start) >= interval else { return }
        shownAt = now
        let whole = figures + more
        guard let columns else { return StandardError.print(whole) }
        let text = whole.count + 12 < columns ? whole : figures
        let width = max(0, min(40, columns - text.count - 4))
        let filled = total > 0 ? width * done / total : width
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        StandardError.replaceLine(with: width > 4 ? "[\(bar)] \(text)" : String(text.prefix(max(1, columns - 1))))
        hasBar = true
    }

    /// Leaves the line of the bar.
    public mutating func end() {
        if hasBar { StandardError.replaceLine() }
        hasBar = false
    }
}
