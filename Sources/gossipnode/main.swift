// One node of an experiment: flags in, rounds done, exit status out. Works by hand, under a launcher, on a cluster.
import Kernels
import Platform
import Scenario

let flags = [
    Flag("experiment", "FILE", "the experiment, as in a run directory"),
    Flag("topology", "FILE", "the topology; by default the one that the experiment names"),
    Flag("node", "ID", "this node: its id in the topology"),
    Flag("run", "DIR", "the run directory, where the node makes nodes/<index>/"),
    Flag("endpoints", "DIR", "where nodes leave their addresses; by default DIR/nodes of --run"),
    Flag("keys", "FILE", "this node's keys, as 'gossiplab keys' writes them; by default links are not sealed"),
    Flag("transport", "KIND", "tcp or udp; by default what the experiment says"),
    Flag("listen", "ADDRESS", "host:port to listen on (default 127.0.0.1:0, any free port)"),
    Flag("resume", "ROUND", "start from the checkpoint of this round in the run directory"),
    Flag(
        "rejoin", nil, "come back after a crash: from the newest whole checkpoint, by what neighbours send"),
    InputFiles.flag,
    Flag("help", nil, "this text"),
]

func usage() -> String {
    let lines = flags.map { flag in
        "  \(flag.usage)\(String(repeating: " ", count: max(1, 22 - flag.usage.count)))\(flag.summary)"
    }
    return "usage: gossipnode --experiment FILE --node ID --run DIR [FLAG]...\n\n" + lines.joined(separator: "\n")
}

/// Everything that can be wrong with files and flags is found here, before the first round.
func makeShell(_ given: Flags) throws -> NodeShell {
    try Processor.check()
    try HostLimits.checkOpenFiles(for: "gossipnode")
    let (inputs, room) = (try InputFiles(given), MemoryRoom(bytes: HostLimits.freeMemory(), for: .node))
    let path = try given.required("experiment", "FILE")
    let run = RunDirectory(try given.required("run", "DIR"))
    let label = try given.required("node", "ID")
    var experiment = try Experiment(try inputs.read(path), name: path)
    if let topology = given.value("topology") { experiment.topology = .path(topology) }
    let file = try experiment.topologyFile(room: room, reading: inputs.read)
    let assembly = try Assembly(experiment, topology: file, files: HostDataFiles(namedIn: path), room: room)
    guard let node = assembly.topology.node(labelled: label) else {
        throw ConfigurationFault(.unknown(noun: "node", given: label, known: assembly.topology.labels))
    }
    var options = NodeShell.Options()
    options.listen = given.value("listen") ?? assembly.topology.addresses[node.index] ?? options.listen
    options.addresses = assembly.topology.addresses
    options.endpoints = given.value("endpoints")
    let transport = try given.choice(
        "transport", Transport.allCases.map(\.rawValue), default: experiment.transport.rawValue)
    options.transport = Transport(rawValue: transport) ?? experiment.transport
    if let path = given.value("keys") {
        options.keys = try KeyFile.read(path).ring(of: node, in: assembly.topologyFile, name: path)
    }
    if given.has("resume") {
        options.start = .resume(try given.count("resume", 0...experiment.training.rounds, default: 0))
    }
    if given.has("rejoin") {
        guard !given.has("resume") else { throw ConfigurationFault("--resume and --rejoin: allowed is one of them") }
        options.start = .rejoin
    }
    let assembled = try assembly.node(node)
    let links = assembled.neighbours.count
    try HostLimits.check(openFiles: HostLimits.openFiles(forLinks: links), for: "a node of \(links) links")
    return try NodeShell(assembled, identity: assembly.identity, run: run, options: options)
}

func main() -> Int32 {
    ProcessMemory.keepFreed()
    var shell: NodeShell
    do {
        let given = try Flags(Array(CommandLine.arguments.dropFirst()), allowed: flags)
        if given.has("help") {
            print(usage())
            return ExitCode.success
        }
        shell = try makeShell(given)
    } catch {
        StandardError.print("gossipnode: \(error)")
        return ExitCode.usage
    }
    do {
        _ = try shell.run()
        // What is still being computed is not waited for.
        withExtendedLifetime(shell) { ExitCode.leave(with: ExitCode.success) }
    } catch {
        StandardError.print("gossipnode: \(error)")
        return ExitCode.failure
    }
}

ExitCode.leave(with: main())
