// gossiplab resume: goes on with a run that was stopped, to the models that it would have reached.
import Harness
import Kernels
import Platform
import Scenario

enum ResumeCommand: Command {
    static let name = "resume"
    static let usage = "resume RUN"
    static let summary = "Goes on with a stopped run from the newest round that every node has saved whole."
    static let flags = commonFlags.filter { ["quiet", "json"].contains($0.name) } + [RunCommand.keysFlag]

    static func run(_ flags: Flags) throws -> Int32 {
        let finished = try FinishedRun(flags)
        let assembly = finished.assembly
        // Before anything is looked at that a process could still change.
        let files = try RunFiles(goingOnIn: finished.directory)
        let beginning = Resumption.beginning(of: assembly, in: finished.directory)
        if !flags.has("quiet") { StandardError.print("resuming \(beginning.inWords)") }
        Resumption.clear(finished.directory, of: assembly, for: beginning)
        return try RunCommand.run(assembly, in: files, from: beginning, flags)
    }
}

extension NodeShell.Start {
    fileprivate var inWords: String {
        switch self {
        case .afresh: "from the start: no round was saved by all nodes"
        case .resume(let rounds): "from round \(rounds)"
        case .rejoin: "each node from what it saved last"
        }
    }
}
