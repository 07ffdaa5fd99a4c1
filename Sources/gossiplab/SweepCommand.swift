// gossiplab sweep: one experiment with many values of a few keys, and tables of what came of it.
import Harness
import Platform
import Registry
import Scenario

enum SweepCommand: Command {
    static let name = "sweep"
    static let usage = "sweep NAME or FILE"
    static let summary = "Runs every cell of a grid over an experiment's keys; goes on where it was stopped."
    static let flags = [
        Flag(
            "set", "KEY=VALUE", "override a key of the base; may be repeated", values: CatalogWords.settings),
        Flag("out", "DIR", "parent folder of the sweep's folder (default runs)"),
        Flag("threads", "N", "cells simulated at the same time (default: one a processor)"),
        Flag(
            "measure", "NAME", "what is shown: \(measures.joined(separator: ", ")) (default worst)",
            values: .words(measures)),
        Flag("markdown", nil, "print the table as Markdown"),
        Flag("shard", "I/N", "run the I-th of N parts only, for job arrays; the command without it shows all"),
        Flag("quiet", nil, "no progress and no warnings"),
        Flag("json", nil, "print every group and cell as one JSON object instead of the table"),
        InputFiles.flag,
    ]

    /// Doubts may differ from seed to seed; more of them would only hide each other.
    private static let mostWarnings = 10
    private static let measures = SweepMeasure.allCases.map(\.rawValue)

    static let examples = [
        Example("sweep sweep.json", "every cell of a grid; the same command goes on after Ctrl-C"),
        Example("sweep rules-and-attacks --shard 2/8", "one part of eight of a built-in sweep, for a job array"),
    ]

    static func argument(after words: [String]) -> Completion { words.isEmpty ? CatalogWords.sweeps : .nothing }

    static func run(_ flags: Flags) throws -> Int32 {
        let measure = SweepMeasure(rawValue: try flags.choice("measure", measures, default: ""))
        let threads = try flags.count("threads", 1...256, default: HostLimits.processors)
        let shard = try flags.value("shard").map(Shard.init)
        let plan = try plan(flags, threads: threads)
        if plan.sweep.engine == .processes { try ProcessRun.check(program: nodeProgram()) }
        let files = try SweepFiles(for: plan.sweep, in: flags.value("out") ?? "runs", shard: shard)
        let isComplete = try runMissing(plan, in: files, shard, threads: threads, isQuiet: flags.has("quiet"))

        let table = SweepTable(plan, result: files.result)
        try files.write(table)
        guard isComplete else {
            let left = plan.keys.count - table.results.count
            StandardError.print("stopped; the same command goes on with the \(left) cells left")
            return ExitCode.interrupted
        }
        let others = plan.keys.count - table.results.count
        if shard != nil, others > 0 {
            try StandardOutput.print("this part is done; \(others) cells are left to others")
        } else if flags.has("json") {
            try StandardOutput.print(json: table.json)
        } else {
            try StandardOutput.print(lines: lines(table, measure ?? table.measure, flags, folder: files.path))
        }
        return table.failures.isEmpty ? ExitCode.success : ExitCode.failure
    }

    /// Runs the cells without a result; returns whether none is left.
    private static func runMissing(
        _ plan: SweepPlan, in files: SweepFiles, _ shard: Shard?, threads: Int, isQuiet: Bool
    ) throws -> Bool {
        let cells = plan.keys.count
        let missing = files.missing(of: plan, in: shard)
        if !isQuiet {
            for (sentence, count) in plan.warnings.prefix(mostWarnings) {
                StandardError.print("warning: \(sentence) (\(count) of \(cells) cells)")
            }
            let others = plan.warnings.count - mostWarnings
            if others > 0 { StandardError.print("warning: \(others) other doubts; simulate a cell to see its own") }
            let done = plan.keys.count { files.result(of: $0) != nil }
            StandardError.print("\(cells) cells, \(done) of them done before")
        }
        var progress = Progress(of: missing.count, isQuiet: isQuiet)
        defer { progress.end() }
        var done = 0
        let finished = { (result: CellResult) throws(SystemFault) in
            try files.add(result)
            done += 1
            progress.show(cells: done)
        }
        let run = SweepRun(plan, in: files)
        return switch plan.sweep.engine {
        case .simulation: try run.simulate(missing, threads: threads, until: Signals(), finished: finished)
        case .processes: try run.launch(missing, program: nodeProgram(), finished: finished)
        }
    }

    /// The sweep that the command names, tried out.
    private static func plan(_ flags: Flags, threads: Int) throws -> SweepPlan {
        guard let name = flags.words.first, flags.words.count == 1 else {
            let known = BuiltInSweeps.all.map(\.name).joined(separator: ", ")
            throw ConfigurationFault(.missing(key: "the sweep", expected: "one file, or one of \(known)"))
        }
        let inputs = try InputFiles(flags)
        guard !BuiltInExperiments.all.contains(where: { $0.name == name }) else {
            throw ConfigurationFault(
                "\(name) is an experiment, not a sweep; 'gossiplab run \(name)' runs it, "
                    + #"{"base": "\#(name)", "grid": {"seed": [1, 2, 3]}} is a sweep of it"#)
        }
        let bytes = isPath(name) ? try inputs.read(name) : Array(try BuiltInSweeps.named(name).json.utf8)
        let sweep = try Sweep(bytes, name: name)
        // Cells that are simulated at the same time share the memory.
        let memory = HostLimits.freeMemory()
        let room =
            switch sweep.engine {
            case .simulation: MemoryRoom(bytes: memory / threads, for: .simulation)
            case .processes: MemoryRoom(bytes: memory, for: .processes)
            }
        return try SweepPlan(sweep, in: name, overrides: flags.values("set"), inputs: inputs, room: room)
    }

    private static func lines(
        _ table: SweepTable, _ measure: SweepMeasure, _ flags: Flags, folder: String
    ) -> [String] {
        let shown = table.shown(measure)
        var lines = [table.caption(measure), ""] + (flags.has("markdown") ? shown.markdown : shown.plain)
        if !table.failures.isEmpty { lines += [""] + table.failures }
        // Markdown goes into a document, which the folder is no part of.
        if !flags.has("markdown") { lines += ["", "results  \(folder)"] }
        return lines
    }
}
