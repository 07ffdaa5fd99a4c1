// WatchView: what is shown of a run that goes on: a page that is redrawn on a terminal, a line elsewhere.
import Metrics
import Platform
import Scenario

/// The texts of one look at a run.
public struct WatchView {
    private static let nameColumns = 8
    private static let figureColumns = 7
    private static let widestCurve = 60

    private let look: RunWatch.Look

    public init(_ look: RunWatch.Look) { self.look = look }

    // MARK: - On a terminal

    /// Lines for a terminal of this size: the most telling ones first, nodes as far as there is room.
    public func page(columns: Int, rows: Int) -> [Screen.Line] {
        guard let run = look.run else { return Self.fitted([Screen.Line(stateInWords, colour)], columns) }
        var lines = [Screen.Line("\(run.experiment.name): \(stateInWords)", colour), Screen.Line(bar(columns))]
        lines += curves(of: run, columns)
        if let slowest { lines.append(Screen.Line("slowest    \(slowest)")) }
        if let awaited { lines.append(Screen.Line("waited for \(awaited)")) }
        if let verdict = run.summary?.verdict, !verdict.isEmpty { lines.append(Screen.Line(verdict, colour)) }
        if let advice { lines.append(Screen.Line(advice)) }
        lines.append(Screen.Line("report     \(run.directory.report)"))
        lines = Self.fitted(lines, columns)
        return lines + nodes(of: run, columns, room: rows - 1 - lines.count)
    }

    /// The same in lines that a terminal of this width does not cut: broken at words, and a word that is wider, as a
    /// path may be, wherever it has to be.
    private static func fitted(_ lines: [Screen.Line], _ columns: Int) -> [Screen.Line] {
        lines.flatMap { line in
            wrapped(line.text, to: columns, hanging: 2).flatMap { text in
                stride(from: 0, to: max(1, text.count), by: max(1, columns)).map {
                    Screen.Line(String(text.dropFirst($0).prefix(columns)), line.colour)
                }
            }
        }
    }

    /// `[#####.....] round 100/200  50 %  8 s left`
    private func bar(_ columns: Int) -> String {
        let share = total > 0 ? Double(done) / Double(total) : 1
        let figures = [progress, percent(share)] + (look.secondsLeft.map { [Pace.inWords($0)] } ?? [])
        let text = figures.joined(separator: "  ")
        let width = min(40, columns - text.count - 3)
        guard width > 4 else { return text }
        let filled = Int(share * Double(width))
        return "[\(String(repeating: "#", count: filled))\(String(repeating: ".", count: width - filled))] \(text)"
    }

    private func curves(of run: RecordedRun, _ columns: Int) -> [Screen.Line] {
        let moments = run.moments.map(\.evaluation)
        guard let last = run.evaluations.last else { return [Screen.Line("nothing was measured yet")] }
        let measure = run.measure
        let scores: [(name: String, read: (RecordedEvaluation) -> Double?)] = [
            ("worst", \.worst), ("mean", \.mean), ("best", \.best),
        ]
        let series = scores.map { score in moments.map { $0.flatMap(score.read) } }
        let scale = Sparkline(over: series)
        let caption = "\(measure.rawValue) of the honest nodes' models"
        var lines = [Screen.Line(caption.count > columns ? measure.rawValue : caption)]
        for (score, values) in zip(scores, series) {
            let now = score.read(last).map(measure.figure) ?? "–"
            lines.append(curve("  \(score.name)", now, values, scale, columns))
        }
        let distances = moments.map { $0.flatMap(Self.disagreement) }
        let now = Self.disagreement(last).map { significant($0) } ?? "–"
        lines.append(curve("disagree", now, distances, Sparkline(over: [distances]), columns))
        return lines
    }

    /// Consensus distance by the norm of the mean model; as it is where that is none.
    private static func disagreement(_ evaluation: RecordedEvaluation) -> Double? {
        evaluation.relativeDistance ?? evaluation.distance
    }

    private func curve(
        _ name: String, _ now: String, _ values: [Double?], _ scale: Sparkline?, _ columns: Int
    ) -> Screen.Line {
        let text = Self.column(name, Self.nameColumns) + " " + Self.column(now, Self.figureColumns) + " "
        let room = min(Self.widestCurve, columns - text.count)
        return Screen.Line(text + (scale?.text(values, columns: room) ?? ""))
    }

    /// The slowest nodes first, then those that were waited for most.
    private func nodes(of run: RecordedRun, _ columns: Int, room: Int) -> [Screen.Line] {
        guard !look.places.isEmpty, room > 2 else { return [] }
        let byLabel = Dictionary(look.places.map { ($0.label, $0.rounds) }, uniquingKeysWith: { first, _ in first })
        let shown = run.nodes.compactMap { node in byLabel[node.label].map { (node: node, rounds: $0) } }
            .sorted { ($0.rounds, -$0.node.awaitedSeconds) < ($1.rounds, -$1.node.awaitedSeconds) }
        let header = ["node", "round", "train loss", "waited for", "missed"]
        let rows = shown.prefix(room - 1).map { node, rounds in
            [
                node.label, "\(rounds)", node.totals?.trainLoss.map { significant($0) } ?? "–",
                "\(rounded(node.awaitedSeconds, 2)) s", "\(node.totals?.missedModels ?? 0)",
            ]
        }
        var lines = TextTable(header: header, names: 1, rows: Array(rows)).plain(columns: columns)[...]
        // Where each node is a block of lines, with an empty one between two, it is there whole or not at all.
        if lines.count > rows.count + 1 {
            let block = header.count + 1
            lines = lines.prefix((room + 1) / block * block).dropLast(lines.last == "" ? 1 : 0)
        }
        return Self.fitted(lines.map { Screen.Line($0) }, columns)
    }

    // MARK: - Elsewhere

    /// One line, without what a terminal would be needed for.
    public var line: String {
        guard let run = look.run else { return stateInWords }
        let measure = run.measure
        var parts = [progress]
        if let last = run.evaluations.last {
            let scores = [("worst", last.worst), ("mean", last.mean), ("best", last.best)].map { name, score in
                "\(name) \(score.map(measure.figure) ?? "–")"
            }
            parts += ["\(measure.rawValue) \(scores.joined(separator: ", "))"]
            if let distance = Self.disagreement(last) { parts.append("disagreement \(significant(distance))") }
        }
        if let slowest { parts.append("slowest \(slowest)") }
        if let left = look.secondsLeft { parts.append(Pace.inWords(left)) }
        return parts.joined(separator: "; ")
    }

    /// What is said last of a run that has ended.
    public var ending: [String] {
        [look.run.map { "\($0.experiment.name): \(stateInWords)" } ?? stateInWords]
            + [look.run?.summary?.verdict, advice].compactMap(\.self).filter { !$0.isEmpty }
    }

    /// How far the run is: a new line is worth it when this changes.
    public var progressMade: [Int] { [look.run?.evaluations.count ?? -1, look.state.hasEnded ? 1 : 0] }

    // MARK: - Parts

    public var colour: Colour? {
        switch look.state {
        case .finished: look.run?.summary?.standing?.colour ?? .green
        case .failed, .gone: .red
        case .stopped, .cutOff: .amber
        case .starting, .running: nil
        }
    }

    private var stateInWords: String {
        switch look.state {
        case .starting: "being started"
        case .running: "running"
        case .finished: "finished"
        case .failed: "failed"
        case .stopped: "stopped before its end"
        case .cutOff: "cut off: nobody runs it any more, and it has no summary"
        case .gone: "the folder is gone"
        }
    }

    private var advice: String? {
        guard let run = look.run, look.state == .stopped || look.state == .cutOff, run.record != nil else { return nil }
        return "'\(LaboratoryCommand(.resume, run.directory))' goes on with it"
    }

    private var total: Int { look.run?.experiment.training.rounds ?? 0 }
    private var done: Int { look.state == .finished ? total : min(look.rounds, total) }
    private var progress: String { "round \(done)/\(total)" }

    private var slowest: String? {
        guard look.state == .running, let slowest = look.places.min(by: { $0.rounds < $1.rounds }),
            let furthest = look.places.max(by: { $0.rounds < $1.rounds }), slowest.rounds < furthest.rounds
        else { return nil }
        return "node \(slowest.label) in round \(slowest.rounds) (furthest \(furthest.rounds))"
    }

    private var awaited: String? {
        guard let node = look.run?.nodes.max(by: { $0.awaitedSeconds < $1.awaitedSeconds }), node.awaitedSeconds >= 0.1
        else { return nil }
        return "node \(node.label) most, \(rounded(node.awaitedSeconds, 1)) s in all"
    }

    private static func column(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
