// gossiplab resume: goes on with a run that was stopped, to the models that it would have reached.
import Harness
import Platform
import Scenario

enum ResumeCommand: Command {
    static let name = "resume"
    static let usage = "resume RUN"
    static let summary =
        "Goes on with a stopped run, made as it was: processes from the newest round that every node has saved "
        + "whole, a simulation from the start."
    static let flags = commonFlags.filter { ["quiet", "json"].contains($0.name) }

    static let examples = [
        Example("resume runs/NAME-...", "after Ctrl-C: on to the same digest")
    ]

    static func run(_ flags: Flags) throws -> Int32 {
        let run = try NamedRun(flags, for: .processes)
        // Before anything is looked at that a process could still change.
        let lock = try RunFiles.lock(goingOnIn: run.directory)
        let beginning = Resumption.beginning(of: run.assembly, in: run.directory)
        let record = try run.folder.checkForResume(from: beginning)
        let start = record.isSimulation ? .afresh : beginning
        let isAfresh = if case .afresh = start { true } else { false }
        let spent = isAfresh ? 0 : Resumption.secondsSpent(on: run.assembly, in: run.directory)
        let files = try RunFiles(goingOnIn: run.directory, of: run.assembly, from: start, holding: lock)
        switch record {
        case .simulation(let settings):
            say("a simulation keeps no checkpoints: it is computed again, from the start", flags)
            return try SimulateCommand.run(run.assembly, variant: run.variant, in: files, settings, flags)
        case .processes(_, let hasKeys):
            say("resuming \(start.inWords)", flags)
            return try RunCommand.run(run.assembly, in: files, from: start, after: spent, hasKeys: hasKeys, flags)
        case .gathered: preconditionFailure("what was gathered is not resumed")
        }
    }

    private static func say(_ sentence: String, _ flags: Flags) {
        if !flags.has("quiet") { StandardError.print(sentence) }
    }
}

extension NodeShell.Start {
    fileprivate var inWords: String {
        switch self {
        case .afresh: "from the start: no round was saved by all nodes"
        case .resume(let rounds): "from round \(rounds)"
        case .resumeStop: "each node from where it was when all were warned"
        case .rejoin: "each node from what it saved last"
        }
    }
}
