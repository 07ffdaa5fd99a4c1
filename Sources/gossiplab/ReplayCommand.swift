// gossiplab replay: computes every model of a run again from what its traces say was heard.
import Harness
import Kernels
import Platform
import Scenario

enum ReplayCommand: Command {
    static let name = "replay"
    static let usage = "replay RUN"
    static let summary = "Recomputes a run from its traces, however disturbed it was, and compares every final model."
    static let flags: [Flag] = []

    static let examples = [
        Example("replay runs/NAME-...", "what a disturbed run must have come to, from what was heard")
    ]

    static func run(_ flags: Flags) throws -> Int32 {
        let run = try NamedRun(flags, for: .simulation)
        try run.folder.checkForReplay()
        var replay = try Replay(run.assembly, in: run.directory)
        var models: [(node: NodeID, model: [Float])]
        do {
            models = try replay.run()
        } catch let difference as Replay.Difference {
            try StandardOutput.print("differs first at \(difference)")
            return ExitCode.failure
        }
        // A node that was lost between its last mix and the end of its process is none that finished.
        models.removeAll { node, _ in run.folder.lost.contains(run.assembly.topology.labels[node.index]) }
        let comparison = ModelComparison(models, of: run.assembly, in: run.directory)
        guard comparison.isEqual else {
            try StandardOutput.print(lines: comparison.differences)
            try StandardOutput.print("not replayed: \(comparison.inWords)")
            return ExitCode.failure
        }
        guard !models.isEmpty else {
            try StandardOutput.print(
                "replayed: \(replay.lines) lines of traces come out, and no honest node has finished; "
                    + "'\(run.folder.command(.resume))' goes on with a run that was stopped")
            return ExitCode.success
        }
        let digest = hexadecimal(modelDigest(models))
        try StandardOutput.print(
            "replayed: \(models.count) of \(run.assembly.honest.count) honest nodes finished, model digest \(digest)")
        return ExitCode.success
    }
}
