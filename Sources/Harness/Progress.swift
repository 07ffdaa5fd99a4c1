// How far a run is, on standard error: a bar on a terminal, a line every few seconds elsewhere.
import Kernels
import Metrics
import Platform

public struct Progress {
    private static let lineInterval: Nanoseconds = .milliseconds(3_000)
    private static let barInterval: Nanoseconds = .milliseconds(80)

    private let rounds: Int
    private let isQuiet: Bool
    private let columns: Int?
    private let start: Instant
    private var shownAt: Instant?
    private var hasBar = false

    public init(rounds: Int, isQuiet: Bool) {
        self.rounds = rounds
        self.isQuiet = isQuiet
        columns = Terminal.columnsOfStandardError
        start = MonotonicClock().now()
    }

    public mutating func show(_ record: EvaluationRecord?) {
        guard !isQuiet, let record else { return }
        let now = MonotonicClock().now()
        let interval = columns == nil ? Self.lineInterval : Self.barInterval
        guard now - (shownAt ?? start) >= interval else { return }
        shownAt = now
        let figures = "round \(record.rounds)/\(rounds)  worst \(rounded(record.accuracy.least, 3))"
        guard let columns else { return StandardError.print(figures) }
        let distance = "  distance \(rounded(record.consensusDistance, 3))"
        let text = figures.count + distance.count + 12 < columns ? figures + distance : figures
        let width = max(0, min(40, columns - text.count - 4))
        let filled = rounds > 0 ? width * record.rounds / rounds : width
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        StandardError.write("\r\u{1B}[K" + (width > 4 ? "[\(bar)] \(text)" : String(text.prefix(max(1, columns - 1)))))
        hasBar = true
    }

    /// Leaves the line of the bar.
    public mutating func end() {
        if hasBar { StandardError.write("\r\u{1B}[K") }
        hasBar = false
    }
}
