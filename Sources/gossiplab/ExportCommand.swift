// gossiplab export: models of a run as files that numpy and every framework read, and its figures as tables.
import Harness
import Platform
import Registry
import Scenario

enum ExportCommand: Command {
    static let name = "export"
    static let usage = "export RUN"
    static let summary = "Writes models of a run as safetensors, npy or npz, or its figures as csv or tensorboard."
    private static let tables = RunTables.Format.allCases.map(\.rawValue)
    static let flags = [
        Flag(
            "format", "KIND",
            "models: \(ExportRequest.formats.joined(separator: ", ")) (default \(ExportRequest.formats[0])); figures: "
                + tables.joined(separator: ", "), values: .words(ExportRequest.formats + tables)),
        Flag("node", "ID", "of models, one node, all honest ones (all, the default), or their mean (average)"),
        Flag(
            "rounds", "R",
            "of models, final (the default), snapshots (whenever it was measured), or numbers as in 0,50: computed "
                + "again", values: .words(["final", "snapshots"])),
        Flag("out", "DIR", "the folder to write to (default RUN/models, RUN/tables or RUN/tensorboard)"),
    ]
    static let examples = [
        Example("export runs/NAME-...", "RUN/models/node-0.safetensors, and so on, of all honest nodes"),
        Example("export runs/NAME-... --node average --format npy", "the mean of the honest models, as one vector"),
        Example("export runs/NAME-... --format csv", "every figure over the rounds, for pandas or R"),
        Example("export runs/NAME-... --format tensorboard", "for 'tensorboard --logdir runs'"),
    ]

    static func run(_ flags: Flags) throws -> Int32 {
        if let format = flags.value("format").flatMap(RunTables.Format.init) { return try writeTables(format, flags) }
        let known = ExportRequest.formats + tables
        if let format = flags.value("format"), !known.contains(format) {
            throw ConfigurationFault(.unknown(noun: "format", given: format, known: known))
        }
        let isFinal = flags.value("rounds") ?? "final" == "final"
        let run = try NamedRun(flags, for: isFinal ? .report : .simulation, sharesData: !isFinal)
        let request = try ExportRequest(
            format: flags.value("format") ?? ExportRequest.formats[0], nodes: flags.value("node") ?? "all",
            rounds: flags.value("rounds") ?? "final", of: run.assembly)
        var export = ModelExport(request, of: run.assembly, to: flags.value("out") ?? run.directory.models)
        try export.write(from: run.folder, variant: run.variant)
        try StandardOutput.print(lines: export.written)
        for gap in export.gaps { StandardError.print("warning: not exported: \(gap)") }
        return ExitCode.success
    }

    private static func writeTables(_ format: RunTables.Format, _ flags: Flags) throws -> Int32 {
        guard let word = flags.words.first, flags.words.count == 1 else {
            throw ConfigurationFault(.missing(key: "RUN", expected: "the folder of one run, as in runs/NAME-..."))
        }
        if let other = ["node", "rounds"].first(where: flags.has) {
            throw ConfigurationFault("--\(other) is for models; --format \(format.rawValue) has all nodes and rounds")
        }
        let folder = try RunFolder(word)
        let parent = "\(folder.directory.path)/\(format == .csv ? "tables" : "tensorboard")"
        try StandardOutput.print(lines: RunTables(of: folder).write(format, to: flags.value("out") ?? parent))
        return ExitCode.success
    }
}
