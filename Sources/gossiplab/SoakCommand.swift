// gossiplab soak: random experiments with random faults, judged by invariants; what fails is made small and kept.
import Harness
import JSON
import Kernels
import Platform
import Registry
import Scenario

enum SoakCommand: Command {
    static let name = "soak"
    static let usage = "soak --seeds A..B"
    static let summary = "Simulates random experiments with random faults and checks what must always hold."
    static let flags = [
        Flag("seeds", "A..B", "the seeds to run, both included; one number runs one"),
        Flag("threads", "N", "cases run at once (default: the processors of this machine)"),
        Flag("first", nil, "stop after the first failing seed"),
        Flag("branches", "N", "other courses that a case takes from the first rare state that it comes to (default 0)"),
        Flag("all-reached", nil, "1 if anything that a soak is to reach was never reached"),
        Flag("out", "DIR", "where failing cases are written (default runs)"),
        Flag("quiet", nil, "no progress"),
        Flag("json", nil, "the counts as JSON; what fails is told on standard error"),
    ]

    /// Failing seeds that are shrunk and written; the others are only named.
    private static let mostShrunk = 5

    static let examples = [
        Example("soak --seeds 1..200", "two hundred random experiments with random faults")
    ]

    static func run(_ flags: Flags) throws -> Int32 {
        guard flags.words.isEmpty else {
            throw ConfigurationFault(.unknown(noun: "argument", given: flags.words[0], known: ["--seeds A..B"]))
        }
        let seeds = try range(try flags.required("seeds", "A..B"))
        let threads = try flags.count("threads", 1...256, default: HostLimits.processors)
        let branches = try flags.count("branches", 0...100, default: 0)
        let folder = flags.value("out") ?? "runs"
        let signals = try Signals()
        let clock = MonotonicClock()
        let start = clock.now()
        var lastSaid = start
        var wasStopped = false
        let tally = Soak.run(seeds, threads: threads, branches: branches) { tally in
            guard !flags.has("quiet"), clock.now() - lastSaid > .milliseconds(5_000) else { return }
            lastSaid = clock.now()
            StandardError.print("\(tally.cases) of \(seeds.count) seeds, \(tally.failures.count) failed")
        } hang: { seed, tally in
            let soakCase = SoakCase(seed: seed)
            let path = try? write(soakCase, in: folder)
            StandardError.print(
                "gossiplab: seed \(seed) hangs: no end after \(Soak.longestCase) s"
                    + (path.map { "; '\(repetition(of: soakCase, $0))' shows it" } ?? ""))
            try? printCounts(of: tally, seconds: Double(clock.now() - start) / 1e9, as: flags)
            try? tell(failedSeeds(tally.failures[...], "failed"), beside: flags)
            ExitCode.leave(with: ExitCode.failure)
        } shouldStop: { tally in
            if flags.has("first"), !tally.failures.isEmpty { return true }
            wasStopped = wasStopped || (try? !signals.take().isEmpty) ?? false
            return wasStopped
        }
        try printCounts(of: tally, seconds: Double(clock.now() - start) / 1e9, as: flags)
        for (seed, reason) in tally.refused { StandardError.print("gossiplab: seed \(seed) could not run: \(reason)") }
        for outcome in tally.failures.prefix(mostShrunk) {
            let told = try keep(SoakRun.shrink(outcome), of: outcome, in: folder)
            try tell(told, beside: flags)
        }
        try tell(failedSeeds(tally.failures.dropFirst(mostShrunk), "also failed"), beside: flags)
        for (place, seed) in tally.contradictions {
            let (name, point) = (tally.points.description(of: place), tally.points.points[place])
            try tell(["seed \(seed) reaches '\(name)', which is excluded: \(point.exclusion ?? "")"], beside: flags)
        }
        if wasStopped { return ExitCode.interrupted }
        return tally.holds && (tally.neverReached.isEmpty || !flags.has("all-reached"))
            ? ExitCode.success : ExitCode.failure
    }

    private static func printCounts(of tally: SoakTally, seconds: Double, as flags: Flags) throws {
        if flags.has("json") {
            try StandardOutput.print(json: json(tally))
        } else {
            try StandardOutput.print(lines: lines(tally, seconds: seconds))
        }
    }

    /// One line, or none where nothing failed.
    private static func failedSeeds(_ failures: ArraySlice<SoakOutcome>, _ start: String) -> [String] {
        guard !failures.isEmpty else { return [] }
        return ["\(start): seeds \(failures.map { "\($0.soakCase.seed)" }.joined(separator: " "))"]
    }

    /// JSON stands alone on standard output.
    private static func tell(_ lines: [String], beside flags: Flags) throws {
        if flags.has("json") {
            lines.forEach { StandardError.print($0) }
        } else {
            try StandardOutput.print(lines: lines)
        }
    }

    private static func range(_ text: String) throws(ConfigurationFault) -> ClosedRange<UInt64> {
        let parts = text.replacing("..", with: " ").split(separator: " ", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { UInt64($0) }
        guard numbers.count == parts.count, let first = numbers.first, let last = numbers.last, numbers.count <= 2,
            first <= last, last - first < 1_000_000_000
        else {
            throw ConfigurationFault(
                .notAllowed(key: "--seeds", given: text, allowed: "A..B with A at most B, as in 1..2000"))
        }
        return first...last
    }

    /// Writes the shrunk case.
    ///
    /// - Returns: what failed, and how to see it fail again.
    private static func keep(_ smallest: SoakOutcome, of outcome: SoakOutcome, in folder: String) throws -> [String] {
        let path = try write(smallest.soakCase, in: folder)
        let kinds = smallest.soakCase.faultKinds
        let course = outcome.soakCase.branch.map { ", branch \($0)," } ?? ""
        return ["seed \(outcome.soakCase.seed)\(course) fails:"] + outcome.violations.prefix(3).map { "  \($0)" } + [
            "shrunk to \(smallest.soakCase.nodes) nodes, \(smallest.soakCase.rounds) rounds, faults: "
                + (kinds.isEmpty ? "none" : kinds.joined(separator: ", "))
        ] + smallest.violations.prefix(1).map { "  \($0)" } + ["replay: \(repetition(of: smallest.soakCase, path))"]
    }

    private static func repetition(of soakCase: SoakCase, _ path: String) -> LaboratoryCommand {
        LaboratoryCommand(repeating: SoakRun.record(of: soakCase), of: path)
    }

    /// - Returns: the file's path.
    private static func write(_ soakCase: SoakCase, in folder: String) throws -> String {
        let course = soakCase.branch.map { "-branch-\($0.number)" } ?? ""
        let path = "\(folder)/soak-\(soakCase.seed)\(course).json"
        try Files.makeDirectory(folder)
        try Files.write(Array((JSONText.pretty(soakCase.json) + "\n").utf8), to: path)
        return path
    }

    private static func lines(_ tally: SoakTally, seconds: Double) -> [String] {
        let rate = Int((Double(tally.cases) / max(seconds, 1e-9)).rounded())
        let table = SoakTable(tally)
        return [
            "\(tally.cases) seeds in \(Int(seconds.rounded())) s (\(rate) a second), \(tally.steps) local steps, "
                + "\(tally.guaranteesChecked) mixes held to their rule's guarantee, "
                + "\(tally.agreementsChecked) runs to agreement, \(tally.pacesChecked) to their pace, "
                + "\(tally.failures.count) failed",
            "\(tally.branches) branches, trace \(String(tally.traceHash, radix: 16))",
        ] + table.lines + table.neverReached
    }

    private static func json(_ tally: SoakTally) -> String {
        let names = tally.neverReached.map { JSONValue.text(tally.points.description(of: $0)) }
        let members =
            [
                JSONMember("seeds", .number(tally.cases)), JSONMember("branches", .number(tally.branches)),
                JSONMember("steps", .number(tally.steps)),
                JSONMember("guaranteesChecked", .number(tally.guaranteesChecked)),
                JSONMember("agreementsChecked", .number(tally.agreementsChecked)),
                JSONMember("pacesChecked", .number(tally.pacesChecked)),
                JSONMember("failed", .array(tally.failures.map { .number(Int($0.soakCase.seed)) })),
                JSONMember("trace", .text(String(tally.traceHash, radix: 16))),
                JSONMember("neverReached", .array(names)), JSONMember("points", SoakTable(tally).json),
            ]
        return JSONText.canonical(JSONValue(.object(members)))
    }
}
