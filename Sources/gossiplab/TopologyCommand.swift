// gossiplab topology: what a graph is and how it changes, without an experiment.
import Kernels
import Platform
import Registry
import Scenario

enum TopologyCommand: Command {
    static let name = "topology"
    static let usage = "topology inspect FILE"
    static let summary = "Says how large a graph is, how fast gossip on it agrees, and how it changes over time."
    static let flags = [InputFiles.flag]

    static func run(_ flags: Flags) throws -> Int32 {
        guard flags.words.count == 2 else {
            throw ConfigurationFault(.missing(key: "inspect FILE", expected: "a topology file, as in Topologies/"))
        }
        guard flags.words[0] == "inspect" else {
            throw ConfigurationFault(.unknown(noun: "topology command", given: flags.words[0], known: ["inspect"]))
        }
        let path = flags.words[1]
        let room = MemoryRoom(bytes: HostLimits.freeMemory(), for: .report)
        let file = try TopologyFile.read(try InputFiles(flags).read(path), name: path, room: room)
        for warning in file.warnings { StandardError.print("warning: \(warning)") }
        try StandardOutput.print(lines: file.account)
        return ExitCode.success
    }
}
