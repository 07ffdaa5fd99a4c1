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

    static func run(_ flags: Flags) throws -> Int32 {
        let finished = try FinishedRun(flags, for: .simulation)
        let assembly = finished.assembly
        var replay = try Replay(assembly, in: finished.directory)
        let models: [(node: NodeID, model: [Float])]
        do {
            models = try replay.run()
        } catch let difference as Replay.Difference {
            print("differs first at \(difference)")
            return ExitCode.failure
        }
        for (node, model) in models {
            let path = finished.directory.node(node).model
            let label = assembly.topology.labels[node.index]
            guard let bytes = try? Files.read(path) else {
                print("node \(label): \(path) is missing")
                return ExitCode.failure
            }
            guard let file = try? ModelFile(encoded: bytes), file.model.map(\.bitPattern) == model.map(\.bitPattern)
            else {
                print("node \(label): \(path) differs from the recomputed model")
                return ExitCode.failure
            }
        }
        let digest = hexadecimal(modelDigest(models))
        print("replayed: \(models.count) of \(assembly.honest.count) honest nodes finished, model digest \(digest)")
        return ExitCode.success
    }
}
