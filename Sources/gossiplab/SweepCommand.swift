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
            "measure", "NAME",
            "what is shown: \(usual.joined(separator: ", ")), or another figure of 'list measures' (default worst)",
            values: .words(measures)),
        Flag("against", "NAME", "compare with the cells of this value of the grid, seed by seed, with a test"),
        Flag("markdown", nil, "print the table as Markdown"),
        Flag("latex", nil, "print the table as LaTeX, for the package booktabs"),
        Flag("csv", nil, "print the table as comma-separated values"),
        Flag(
            "shard", "I/N",
            "run the I-th of N parts only; auto: as the job array says; the command without it shows all"),
        Flag("quiet", nil, "no progress and no warnings"),
        Flag("json", nil, "print every group and cell as one JSON object instead of the table"),
        InputFiles.flag,
    ]

    /// Doubts may differ from seed to seed; more of them would only hide each other.
    private static let mostWarnings = 10
    private static let measures = SweepMeasure.allCases.map(\.rawValue)
    private static let usual = SweepMeasure.usual.map(\.rawValue)

    static let examples = [
        Example("sweep sweep.json", "every cell of a grid; the same command goes on after Ctrl-C"),
        Example("sweep rules-and-attacks --shard 2/8", "one part of eight of a built-in sweep, for a job array"),
    ]

    static func argument(after words: [String]) -> Completion { words.isEmpty ? CatalogWords.sweeps : .nothing }

    static func run(_ flags: Flags) throws -> Int32 {
        let measure = SweepMeasure(rawValue: try flags.choice("measure", measures, default: ""))
        let threads = try flags.count("threads", 1...256, default: HostLimits.processors)
        let setup = try Setup(flags, shard: flags.value("shard").map { try Shard($0) }, threads: threads)
        var sweep = setup.sweep
        // Everything is tried out before anything is written.
        let first = try setup.plan(sweep.candidates ?? sweep)
        let files = try SweepFiles(for: sweep, in: flags.value("out") ?? "runs", shard: setup.shard)
        var tuning: SweepTuning?
        if let candidates = sweep.candidates {
            let plan = first
            let results = try SweepFiles(for: candidates, in: files.path, shard: setup.shard)
            let status = try runMissing(plan, in: results, setup)
            let table = SweepTable(plan, result: results.result)
            if let status { return failing(status, table) }
            tuning = try SweepTuning(of: sweep, table)
            sweep = tuning?.chosen ?? sweep
        }
        let plan = try tuning == nil ? first : setup.plan(sweep)
        let status = try runMissing(plan, in: files, setup)
        let table = SweepTable(plan, result: files.result)
        if !setup.isQuiet, let doubt = table.doubt { StandardError.print("warning: \(doubt)") }
        try files.write(table, tuning)
        if let status { return failing(status, table) }
        if flags.has("json") {
            try StandardOutput.print(json: table.json)
        } else {
            try StandardOutput.print(lines: lines(table, tuning, measure ?? table.measure, flags, folder: files.path))
        }
        return failing(ExitCode.success, table)
    }

    /// A success is none where cells have failed.
    private static func failing(_ status: Int32, _ table: SweepTable) -> Int32 {
        status == ExitCode.success && !table.failures.isEmpty ? ExitCode.failure : status
    }

    /// What is asked for, and the room there is for it.
    private struct Setup {
        let sweep: Sweep
        let shard: Shard?
        let threads: Int
        let isQuiet: Bool
        private let name: String
        private let inputs: InputFiles
        private let overrides: [String]

        init(_ flags: Flags, shard: Shard?, threads: Int) throws {
            guard let name = flags.words.first, flags.words.count == 1 else {
                let known = BuiltInSweeps.all.map(\.name).joined(separator: ", ")
                throw ConfigurationFault(.missing(key: "the sweep", expected: "one file, or one of \(known)"))
            }
            guard !BuiltInExperiments.all.contains(where: { $0.name == name }) else {
                throw ConfigurationFault(
                    "\(name) is an experiment, not a sweep; 'gossiplab run \(name)' runs it, "
                        + #"{"base": "\#(name)", "grid": {"seed": [1, 2, 3]}} is a sweep of it"#)
            }
            inputs = try InputFiles(flags)
            let bytes = isPath(name) ? try inputs.read(name) : Array(try BuiltInSweeps.named(name).json.utf8)
            sweep = try Sweep(bytes, name: name)
            self.name = name
            self.shard = shard
            self.threads = threads
            isQuiet = flags.has("quiet")
            overrides = flags.values("set")
        }

        /// Every cell tried out.
        func plan(_ sweep: Sweep) throws -> SweepPlan {
            // Cells that are simulated at the same time share the memory.
            let memory = HostLimits.freeMemory()
            let room =
                switch sweep.engine {
                case .simulation: MemoryRoom(bytes: memory / threads, for: .simulation)
                case .processes: MemoryRoom(bytes: memory, for: .processes)
                }
            if sweep.engine == .processes { try ProcessRun.check(program: nodeProgram()) }
            return try SweepPlan(sweep, in: name, overrides: overrides, inputs: inputs, room: room)
        }
    }

    /// Runs the cells without a result.
    ///
    /// - Returns: the status to end with where cells are left, to a later command or to other shards.
    private static func runMissing(_ plan: SweepPlan, in files: SweepFiles, _ setup: Setup) throws -> Int32? {
        let cells = plan.keys.count
        let missing = files.missing(of: plan, in: setup.shard)
        let left = { plan.keys.count { files.result(of: $0) == nil } }
        let what = plan.sweep.comparedOn == nil ? "cells" : "cells of candidates"
        if !setup.isQuiet {
            for (sentence, count) in plan.warnings.prefix(mostWarnings) {
                StandardError.print("warning: \(sentence) (\(count) of \(cells) \(what))")
            }
            let others = plan.warnings.count - mostWarnings
            if others > 0 { StandardError.print("warning: \(others) other doubts; simulate a cell to see its own") }
            if plan.sweep.comparedOn == .test {
                StandardError.print(
                    "warning: choose.on is test: what is best there is measured there too, and its results are too good"
                )
            }
            StandardError.print("\(cells) \(what), \(cells - left()) of them done before")
        }
        var progress = Progress(of: missing.count, isQuiet: setup.isQuiet)
        defer { progress.end() }
        var done = 0
        let finished = { (result: CellResult) throws(SystemFault) in
            try files.add(result)
            done += 1
            progress.show(cells: done)
        }
        let run = SweepRun(plan, in: files)
        let isComplete: Bool
        do {
            switch plan.sweep.engine {
            case .simulation:
                isComplete = try run.simulate(missing, threads: setup.threads, until: Signals(), finished: finished)
            case .processes: isComplete = try run.launch(missing, program: nodeProgram(), finished: finished)
            }
        } catch let fault as SystemFault where fault.isFullDisk {
            progress.end()
            StandardError.print("\(left()) cells are left; the same command goes on with them when there is room")
            throw fault
        }
        progress.end()
        guard isComplete else {
            StandardError.print("stopped; the same command goes on with the \(left()) cells left")
            return ExitCode.interrupted
        }
        guard setup.shard != nil, left() > 0 else { return nil }
        try StandardOutput.print("this part is done; \(left()) cells are left to others")
        return ExitCode.success
    }

    private static func lines(
        _ table: SweepTable, _ tuning: SweepTuning?, _ measure: SweepMeasure, _ flags: Flags, folder: String
    ) throws(ConfigurationFault) -> [String] {
        var parts = [(table.caption(measure), table.shown(measure))]
        if let baseline = flags.value("against") {
            let comparison = try SweepComparison(table, measure, against: baseline)
            parts.append((comparison.caption, comparison.shown))
        }
        if let tuning { parts.append((tuning.caption, tuning.table)) }
        var lines = parts.enumerated().flatMap { index, part in
            (index > 0 ? [""] : []) + [part.0, ""] + written(part.1, flags)
        }
        if !table.failures.isEmpty { lines += [""] + table.failures }
        // What goes into a document, the folder is no part of.
        if !isForDocuments(flags) { lines += ["", "results  \(folder)", "report   \(folder)/report.html"] }
        return lines
    }

    private static func isForDocuments(_ flags: Flags) -> Bool {
        flags.has("markdown") || flags.has("latex") || flags.has("csv")
    }

    private static func written(_ table: TextTable, _ flags: Flags) -> [String] {
        if flags.has("markdown") { return table.markdown }
        if flags.has("latex") { return table.latex }
        if flags.has("csv") { return table.csv.split(separator: "\n").map(String.init) }
        return table.plain(columns: Terminal.sizeOfStandardOutput?.columns)
    }
}
