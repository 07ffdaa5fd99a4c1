// One node of an experiment: flags in, rounds done, exit status out. Works by hand, under a launcher, on a cluster.
import Graphs
import Kernels
import Platform
import Registry
import Scenario
import Wire

let flags = [
    Flag("experiment", "FILE", "the experiment, as in a run directory"),
    Flag("topology", "FILE", "the topology; by default the one that the experiment names"),
    Flag("node", "ID", "this node: its id in the topology"),
    Flag("rank", "I", "this node: its index, from 0 in the order of the topology; in place of --node"),
    Flag("run", "DIR", "the run directory, where the node makes nodes/<index>/"),
    Flag("nonce", "HEX", "the run: 32 hexadecimal digits, the same for all its nodes; by default the launcher's job"),
    Flag("endpoints", "DIR", "where nodes leave their addresses; by default DIR/nodes of --run"),
    Flag("keys", "FILE", "this node's keys, as 'gossiplab keys' writes them; by default links are not sealed"),
    Flag("transport", "KIND", "tcp or udp; by default what the experiment says", values: .words(["tcp", "udp"])),
    Flag("listen", "ADDRESS", "host:port to listen on (default 127.0.0.1:0, any free port)"),
    Flag("resume", "ROUND", "start from the checkpoint of this round in the run directory"),
    Flag(
        "rejoin", nil, "come back after a crash: from the newest whole checkpoint, by what neighbours send"),
    InputFiles.flag,
]

let program = ProgramEntry(
    usage: "gossipnode --experiment FILE (--node ID | --rank I) --run DIR",
    summary: "Runs one node of an experiment: trains on its own data, and gossips with its neighbours.",
    examples: [
        Example(
            "--experiment experiment.json --topology topology.json --rank 0 --run runs/mine --nonce $NONCE",
            "the first node of a run by hand; every node of the run is given the same nonce"),
        Example(
            "--experiment experiment.json --topology topology.json --rank 0 --run runs/mine --rejoin",
            "the same node after a crash"),
    ], flags: flags)

/// Everything that can be wrong with files and flags is found here, before the first round.
func makeShell(_ given: Flags) throws -> NodeShell {
    try Processor.check()
    try HostLimits.checkOpenFiles(for: "gossipnode")
    let (inputs, room) = (try InputFiles(given), MemoryRoom(bytes: HostLimits.freeMemory(), for: .node))
    let path = try given.required("experiment", "FILE")
    let run = RunDirectory(try given.required("run", "DIR"))
    guard given.has("node") != given.has("rank") else {
        throw ConfigurationFault("--node ID or --rank I says which node this is; expected is one of them")
    }
    var experiment = try Experiment(try inputs.read(path), name: path)
    if let topology = given.value("topology") { experiment.topology = .path(topology) }
    let file = try experiment.topologyFile(room: room, reading: inputs.read)
    let assembly = try Assembly(experiment, topology: file, files: HostDataFiles(namedIn: path), room: room)
    let node = try node(given, among: assembly.topology)
    var options = NodeShell.Options()
    options.nonce = try nonce(given, in: run.node(node))
    options.listen = given.value("listen") ?? assembly.topology.addresses[node.index] ?? options.listen
    options.addresses = assembly.topology.addresses
    options.endpoints = given.value("endpoints")
    let transport = try given.choice(
        "transport", Transport.allCases.map(\.rawValue), default: experiment.transport.rawValue)
    options.transport = Transport(rawValue: transport) ?? experiment.transport
    options.trace = experiment.trace
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

func node(_ given: Flags, among topology: Topology) throws(ConfigurationFault) -> NodeID {
    guard let label = given.value("node") else {
        return NodeID(try given.count("rank", 0...topology.nodeCount - 1, default: 0))
    }
    guard let node = topology.node(labelled: label) else {
        throw ConfigurationFault(.unknown(noun: "node", given: label, known: topology.labels))
    }
    return node
}

/// The run that this process is told of; that of its earlier life, where it comes back; or that of its launcher.
func nonce(_ given: Flags, in folder: NodeDirectory) throws(ConfigurationFault) -> RunNonce {
    if let text = given.value("nonce") {
        guard let nonce = RunNonce(text) else {
            throw ConfigurationFault(.notAllowed(key: "--nonce", given: "'\(text)'", allowed: RunNonce.expected))
        }
        return nonce
    }
    if given.has("rejoin"), let earlier = Endpoint.read(folder.endpoint) { return earlier.nonce }
    return LauncherJob.nonce() ?? .none
}

func main() -> Int32 {
    StandardStreams.prepare()
    ProcessMemory.keepFreed()
    var isReady = false
    return ExitCode.of("gossipnode") {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if let status = try program.answer(arguments) { return status }
        let given = try Flags(arguments, allowed: flags)
        var shell = try makeShell(given)
        isReady = true
        let ending = try shell.run()
        var hasFailed = ending.failure != nil
        if case .finished = ending, shell.isAlone { hasFailed = true }
        // What is still being computed is not waited for.
        withExtendedLifetime(shell) { ExitCode.leave(with: hasFailed ? ExitCode.failure : ExitCode.success) }
    } status: { _ in
        isReady ? ExitCode.failure : ExitCode.usage
    }
}

ExitCode.leave(with: main())
