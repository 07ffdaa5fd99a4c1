// CellResult: what one cell of a sweep came to: a line of results.jsonl.
import JSON
import Metrics
import Scenario

/// The result of one cell of a sweep.
public struct CellResult: Sendable, Equatable {
    /// Of the numbers in a result. It is raised when the same experiment gives other models than before: older lines
    /// are then passed over, and their cells run again.
    static let version = 3

    public let key: CellKey
    /// Those that are finite; none where the run failed.
    public private(set) var figures: [SweepMeasure: Double] = [:]
    /// Of the final honest models.
    public private(set) var digest = ""
    /// Honest nodes that did not finish.
    public private(set) var lost = 0
    public private(set) var seconds = 0.0
    public private(set) var verdict = ""
    /// Why no mean counts this cell, in one sentence: it could not be run, or it lost too many honest nodes.
    public private(set) var failure: String?
    /// Whether it was run, and lost too many honest nodes.
    public private(set) var fellApart = false
    /// Whether other codes' conventions make more of it than the worst honest node does, beyond what chance explains.
    public private(set) var looksBetterElsewhere = false
    /// What was measured on the way, where the sweep asks for it; on a line of its own, in another file.
    public internal(set) var series: CellSeries?

    /// Whether to try again could come to something else: a simulation falls apart in the same way every time.
    var isFinal: Bool { failure == nil || fellApart && key.engine == .simulation }

    /// A cell without a result.
    init(_ key: CellKey, failure: String) {
        self.key = key
        self.failure = failure
    }

    /// - Parameters:
    ///   - evaluations: what was measured on the way, and at the end.
    ///   - part: the data that it may be seen of; `nil` for all.
    init(
        _ key: CellKey, _ summary: RunSummary, _ evaluations: [EvaluationRecord] = [], every: Int = 0,
        on part: SweepChoice.Part? = nil
    ) {
        self.key = key
        series = every > 0 && !summary.verdict.hasFailed ? CellSeries(key, evaluations, every: every) : nil
        digest = summary.modelDigest
        lost = summary.lost.count { !$0.isHostile }
        seconds = summary.wallSeconds
        fellApart = summary.verdict.hasFailed
        // A verdict tells of the test part.
        verdict = part == nil || fellApart ? summary.verdict.text : ""
        guard let final = summary.final, !fellApart else {
            failure = verdict
            return
        }
        let all = part == nil ? summary.figures : final.allFigures
        for measure in SweepMeasure.allCases where part == nil || measure.part == part {
            set(measure, all[measure.figure.name])
        }
        looksBetterElsewhere = part == nil && summary.conventions != nil
    }

    private mutating func set(_ measure: SweepMeasure, _ value: Double?) {
        figures[measure] = value.flatMap { $0.isFinite ? $0 : nil }
    }
}

extension CellResult {
    /// One line of `results.jsonl`.
    var json: [UInt8] {
        var line = JSONLine()
        line.add("version", Self.version)
        write(to: &line)
        return line.line()
    }

    /// Everything but the version.
    func write(to line: inout JSONLine) {
        key.write(to: &line)
        for measure in SweepMeasure.allCases {
            if let figure = figures[measure] { line.add(measure.rawValue, figure) }
        }
        line.add("lost", lost)
        line.add("modelDigest", digest)
        line.add("seconds", seconds)
        line.add("verdict", verdict)
        if let failure { line.add("failure", failure) }
        if fellApart { line.add("fellApart", 1) }
        if looksBetterElsewhere { line.add("looksBetterElsewhere", 1) }
    }

    /// A result read back; `nil` for a line of another version and for what is no whole line.
    init?(line: [UInt8]) {
        guard let json = try? StrictJSON.read(line, name: ""), json.member("version")?.count == Self.version,
            let key = CellKey(json), let verdict = json.member("verdict")?.text
        else { return nil }
        self.key = key
        for member in json.members {
            if let measure = SweepMeasure(rawValue: member.key) { set(measure, member.value.number) }
        }
        lost = json.count(at: "lost")
        digest = json.member("modelDigest")?.text ?? ""
        seconds = json.member("seconds")?.number ?? 0
        self.verdict = verdict
        failure = json.member("failure")?.text
        fellApart = json.count(at: "fellApart") == 1
        looksBetterElsewhere = json.count(at: "looksBetterElsewhere") == 1
    }
}

extension CellKey {
    /// Its members in a line of a sweep's files.
    func write(to line: inout JSONLine) {
        line.add("identity", identity)
        line.add("engine", engine.rawValue)
        line.add("transport", transport)
        line.add("deadlineMilliseconds", deadlineMilliseconds)
        line.add("checkpointEvery", checkpointEvery)
        if !twins.isEmpty { line.add("twins", twins) }
        if !also.isEmpty { line.add("also", also) }
    }

    /// Read back; `nil` where a member is missing.
    init?(_ line: JSONValue) {
        guard let identity = line.member("identity")?.text,
            let engine = line.member("engine")?.text.flatMap(Engine.init),
            let transport = line.member("transport")?.text,
            let deadline = line.member("deadlineMilliseconds")?.count,
            let checkpointEvery = line.member("checkpointEvery")?.count
        else { return nil }
        self.init(
            identity: identity, engine: engine, transport: transport, deadlineMilliseconds: deadline,
            checkpointEvery: checkpointEvery, twins: line.member("twins")?.text ?? "",
            also: line.member("also")?.text ?? "")
    }
}
