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
        Flag(
            "experiment", "NAME",
            "a name or file in place of TOPOLOGY: its graph, with the links that hostile nodes overhear"),
        Flag("set", "KEY=VALUE", "override a key of that experiment; may be repeated", values: CatalogWords.settings),
        Flag("out", "DIR", "the folder of the files, which must not be there yet (default keys)"), InputFiles.flag,
    ]

    static let examples = [
        Example("keys Topologies/quickstart-16.json --out keys", "a file of secrets for each node"),
        Example("keys --experiment quickstart --out keys", "the same, and keys for what its hostile nodes overhear"),
    ]

    static func run(_ flags: Flags) throws -> Int32 {
        let topology = try topology(flags)
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

    private static func topology(_ flags: Flags) throws -> TopologyFile {
        let inputs = try InputFiles(flags)
        switch (flags.words.count, flags.value("experiment")) {
        case (0, let name?):
            let source = try ExperimentSource(named: name, overrides: flags.values("set"), inputs: inputs)
            return try Assembly(
                source.experiment, topology: source.topologyFile(of: source.experiment), files: source.dataFiles
            ).topologyFile
        case (1, nil):
            guard flags.values("set").isEmpty else { throw ConfigurationFault("--set goes with --experiment") }
            return try TopologyFile.read(path: flags.words[0]) { path throws(ConfigurationFault) in
                try inputs.read(path)
            }
        default:
            throw ConfigurationFault(
                .missing(key: "the graph", expected: "either a topology file, as in Topologies/, or --experiment"))
        }
    }
}
