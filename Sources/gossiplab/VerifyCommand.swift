// gossiplab verify: recomputes a run in the simulator and compares the final models byte by byte.
import Core
import Harness
import Kernels
import Platform
import Scenario
import Simulation

enum VerifyCommand: Command {
    static let name = "verify"
    static let usage = "verify RUN"
    static let summary = "Recomputes a run in the simulator from its files and compares every final model."
    static let flags = [Flag("threads", "N", "threads of the simulator (default 2)")]

    static func run(_ flags: Flags) throws -> Int32 {
        let finished = try FinishedRun(flags, for: .simulation)
        let assembly = finished.assembly
        let options = Simulator.Options(threads: try flags.count("threads", 1...256, default: 2))
        let (outcome, _) = try SimulatedRun(assembly, options: options).run { _ in
        } shouldStop: {
            false
        }
        var differing = 0
        var missing = 0
        for (node, model) in outcome.finalModels where assembly.honest.contains(node) {
            let path = finished.directory.node(node).model
            let label = assembly.topology.labels[node.index]
            guard let bytes = try? Files.read(path) else {
                print("node \(label): \(path) is missing")
                missing += 1
                continue
            }
            guard let file = try? ModelFile(encoded: bytes), file.rounds == assembly.experiment.training.rounds,
                file.model.map(\.bitPattern) == model.map(\.bitPattern)
            else {
                print("node \(label): \(path) differs from the recomputed model")
                differing += 1
                continue
            }
        }
        let compared = assembly.honest.count - missing
        guard differing == 0, missing == 0 else {
            print("not verified: \(differing) of \(compared) models differ, \(missing) are missing")
            return ExitCode.failure
        }
        print("verified: all \(compared) honest models are those that the simulator computes")
        return ExitCode.success
    }
}
