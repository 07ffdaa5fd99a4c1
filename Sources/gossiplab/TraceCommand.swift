// gossiplab trace: what a node wrote down of its rounds, for readers of text.
import Harness
import Kernels
import Metrics
import Platform
import Registry
import Scenario

enum TraceCommand: Command {
    static let name = "trace"
    static let usage = "trace RUN --node ID"
    static let summary = "Prints what went into each mix of a node, one JSON object a line, and finds it unbroken."
    static let flags = [
        Flag("node", "ID", "the node: its id in the topology"),
        Flag("last", "K", "only the last K records; no more of the file is read than they need"),
    ]

    static let examples = [
        Example("trace runs/NAME-... --node 4 --last 3", "what node 4 heard in its last rounds")
    ]

    static func run(_ flags: Flags) throws -> Int32 {
        guard let word = flags.words.first, flags.words.count == 1 else {
            throw ConfigurationFault(.missing(key: "RUN", expected: "the folder of one run, as in runs/NAME-..."))
        }
        let folder = try node(flags, in: RunFolder(word).directory)
        try folder.checkFormatOfTrace()
        guard flags.has("last") else { return try printAll(of: folder.trace) }
        let count = try flags.count("last", 1...1_000_000_000, default: 1)
        guard let tail = try TraceTail.read(folder.trace, of: nil, atLeast: count) else { throw missing(folder.trace) }
        for record in tail.records.suffix(count) { try show(record) }
        return ExitCode.success
    }

    private static func node(_ flags: Flags, in run: RunDirectory) throws -> NodeDirectory {
        let topology = try TopologyFile.read(
            InputFiles.ofRuns.read(run.topology), name: run.topology,
            room: MemoryRoom(bytes: HostLimits.freeMemory(), for: .report)
        ).topology
        let label = try flags.required("node", "a node's id in the topology")
        guard let node = topology.node(labelled: label) else {
            throw ConfigurationFault(.unknown(noun: "node", given: label, known: topology.labels))
        }
        return run.node(node)
    }

    /// What stands before a broken record is printed before that is said.
    private static func printAll(of path: String) throws -> Int32 {
        guard let bytes = try? Files.read(path) else { throw missing(path) }
        do {
            guard var reader = try TraceReader(bytes, of: nil) else { return ExitCode.success }
            while let record = try reader.next() { try show(record) }
        } catch let fault as TraceFault {
            throw ConfigurationFault("\(path): \(fault)")
        }
        return ExitCode.success
    }

    private static func show(_ record: TraceRecord) throws {
        try StandardOutput.print(json: String(decoding: record.json, as: UTF8.self))
    }

    private static func missing(_ path: String) -> ConfigurationFault {
        ConfigurationFault("there is no trace at \(path): a simulation leaves none, nor a node that never started")
    }
}
