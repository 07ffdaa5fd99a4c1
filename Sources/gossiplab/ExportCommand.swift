// gossiplab export: the models of a run as files that numpy and every framework read.
import Harness
import Platform
import Registry
import Scenario

enum ExportCommand: Command {
    static let name = "export"
    static let usage = "export RUN"
    static let summary = "Writes models of a run as safetensors, npy or npz, and prints where."
    static let flags = [
        Flag(
            "format", "KIND", "\(ExportRequest.formats.joined(separator: ", ")) (default \(ExportRequest.formats[0]))"),
        Flag("node", "ID", "one node, all honest ones (all, the default), or their mean (average)"),
        Flag(
            "rounds", "R",
            "final (the default), snapshots (whenever it was measured), or numbers as in 0,50: computed again"),
        Flag("out", "DIR", "the folder to write to (default RUN/models)"),
    ]

    static func run(_ flags: Flags) throws -> Int32 {
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
}
