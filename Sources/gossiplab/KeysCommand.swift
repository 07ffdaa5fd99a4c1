// gossiplab keys: a secret for every edge, one file a node.
import Harness
import Platform
import Registry
import Scenario

enum KeysCommand: Command {
    static let name = "keys"
    static let usage = "keys TOPOLOGY"
    static let summary = "Makes a secret for every edge, and a file for each node with those of its own edges."
    static let flags = [
        Flag("out", "DIR", "the folder of the files, which must not be there yet (default keys)"), InputFiles.flag,
    ]

    static let examples = [
        Example("keys Topologies/quickstart-16.json --out keys", "a file of secrets for each node")
    ]

    static func run(_ flags: Flags) throws -> Int32 {
        guard let path = flags.words.first, flags.words.count == 1 else {
            throw ConfigurationFault(.missing(key: "TOPOLOGY", expected: "a topology file, as in Topologies/"))
        }
        let inputs = try InputFiles(flags)
        let topology = try TopologyFile.read(path: path) { path throws(ConfigurationFault) in try inputs.read(path) }
        let folder = flags.value("out") ?? "keys"
        guard try Files.makeNewDirectory(folder) else {
            throw ConfigurationFault("\(folder) is already there; new keys would not fit those that nodes hold")
        }
        let count = try KeyFile.write(for: topology, to: folder)
        try StandardOutput.print(
            "\(count) keys in \(topology.topology.nodeCount) files: \(folder)/0.json is for node "
                + "'\(topology.topology.labels[0])', and so on. Give each node its own, and nobody else.")
        return ExitCode.success
    }
}
