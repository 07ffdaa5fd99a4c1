// gossiplab resume: goes on with a run that was stopped, to the models that it would have reached.
import Harness
import Kernels
import Platform
import Scenario

enum ResumeCommand: Command {
    static let name = "resume"
    static let usage = "resume RUN"
    static let summary = "Goes on with a stopped run from the newest round that every node has saved."
    static let flags = commonFlags.filter { ["quiet", "json"].contains($0.name) } + [RunCommand.keysFlag]

    static func run(_ flags: Flags) throws -> Int32 {
        let finished = try FinishedRun(flags)
        let assembly = finished.assembly
        let rounds = Resumption.newestCommonCheckpoint(of: assembly, in: finished.directory)
        if !flags.has("quiet") {
            let start = rounds.map { "from round \($0)" } ?? "from the start: no round was saved by all nodes"
            StandardError.print("resuming \(start)")
        }
        Resumption.clear(finished.directory, of: assembly, from: rounds)
        let files = try RunFiles(goingOnIn: finished.directory)
        return try RunCommand.run(assembly, in: files, resume: rounds, flags)
    }
}
