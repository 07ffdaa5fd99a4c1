// One node of an experiment: flags in, rounds done, exit status out. Works by hand, under a launcher, on a cluster.
import Graphs
import Kernels
import Platform
import Registry
import Scenario
import Wire

/// Everything that can be wrong with files and flags is found here, before the first round.
///
/// - Returns: `nil` where the node has done its part in an earlier life.
func makeShell(_ given: Flags, in launch: LaunchEnvironment) throws -> NodeShell? {
    try Processor.check()
    try HostLimits.checkOpenFiles(for: "gossipnode")
    let (inputs, room) = (try InputFiles(given), MemoryRoom(bytes: HostLimits.freeMemory(), for: .node))
    let path = try given.required("experiment", "FILE")
    let run = RunDirectory(try given.required("run", "DIR"))
    guard given.has("node") != given.has("rank") else {
        throw ConfigurationFault("--node ID, --rank I or --rank auto says which node this is; expected is one of them")
    }
    var experiment = try Experiment(try inputs.read(path), name: path)
    if let topology = given.value("topology") { experiment.topology = .path(topology) }
    // Where a laboratory starts all at once, whoever is late has a fault.
    if experiment.timing.joinSeconds == nil, !Lifeline.isInherited { experiment.timing.joinSeconds = 60 }
    let file = try experiment.topologyFile(room: room, reading: inputs.read)
    let assembly = try Assembly(experiment, topology: file, files: HostDataFiles(namedIn: path), room: room)
    let node = try node(given, among: assembly.topology, in: launch)
    var options = NodeShell.Options()
    options.nonce = try nonce(given, in: run.node(node))
    options.addresses = try addresses(given, of: node, among: assembly.topology, in: launch)
    options.listen = given.value("listen") ?? options.addresses[node.index] ?? options.listen
    options.endpoints = given.value("endpoints")
    if given.has("threads") { options.threads = try given.count("threads", 1...256, default: 1) }
    let transport = try given.choice(
        "transport", Transport.allCases.map(\.rawValue), default: experiment.transport.rawValue)
    options.transport = Transport(rawValue: transport) ?? experiment.transport
    options.trace = experiment.trace
    if let pattern = given.value("keys") {
        let path = pattern.replacing("{index}", with: "\(node.index)")
        options.keys = try KeyFile.read(path).ring(of: node, in: assembly.topologyFile, name: path)
    }
    guard !given.has("resume") || !given.has("rejoin") else {
        throw ConfigurationFault("--resume and --rejoin: allowed is one of them")
    }
    if given.has("rejoin") { options.start = .rejoin }
    if given.value("resume") == "auto" {
        let (nodes, isRestart) = (assembly.topology.nodeCount, launch.isRestart)
        let onward = NodeShell.Start.onward(
            of: node, in: run, nodes: nodes, isRestart: isRestart,
            goTogether: experiment.timing.kind != .asynchronous)
        guard let onward else { return nil }
        options.start = onward
    } else if let stop = given.value("resume"), stop.hasPrefix("stop-") {
        guard let number = Int(stop.dropFirst(5)), number > 0 else {
            throw ConfigurationFault(.notAllowed(key: "--resume", given: "'\(stop)'", allowed: "stop-N, N from 1"))
        }
        options.start = .resumeStop(number)
    } else if given.has("resume") {
        options.start = .resume(try given.count("resume", 0...experiment.training.rounds, default: 0))
    }
    let assembled = try assembly.node(node)
    let links = assembled.neighbours.count
    try HostLimits.check(openFiles: HostLimits.openFiles(forLinks: links), for: "a node of \(links) links")
    return try NodeShell(assembled, identity: assembly.identity, run: run, options: options)
}

func node(
    _ given: Flags, among topology: Topology, in launch: LaunchEnvironment
) throws(ConfigurationFault) -> NodeID {
    guard let label = given.value("node") else {
        if given.value("rank") == "auto" { return NodeID(try launch.rank(among: topology.nodeCount)) }
        return NodeID(try given.count("rank", 0...topology.nodeCount - 1, default: 0))
    }
    guard let node = topology.node(labelled: label) else {
        throw ConfigurationFault(.unknown(noun: "node", given: label, known: topology.labels))
    }
    return node
}

/// Where nodes are reached, by index: by a list of hosts, or as the topology says.
func addresses(
    _ given: Flags, of node: NodeID, among topology: Topology, in launch: LaunchEnvironment
) throws(ConfigurationFault) -> [String?] {
    let port = try given.count("port", 1...65_535, default: standardPort)
    guard let path = given.value("hosts") else {
        guard !given.has("port") else { throw ConfigurationFault("--port: it goes with --hosts") }
        return topology.addresses
    }
    let hosts = try path == "auto" ? launch.hosts() : HostList(file: path)
    let addresses = try hosts.addresses(of: topology.nodeCount, port: port)
    try hosts.check(rank: node.index, isOn: launch)
    return addresses
}

/// The run that this process is told of; that of its earlier life, where it comes back; or that of its launcher.
func nonce(_ given: Flags, in folder: NodeDirectory) throws(ConfigurationFault) -> RunNonce {
    if let text = given.value("nonce") {
        guard let nonce = RunNonce(text) else {
            throw ConfigurationFault(.notAllowed(key: "--nonce", given: "'\(text)'", allowed: RunNonce.expected))
        }
        return nonce
    }
    let earlier = { Endpoint.read(folder.endpoint)?.nonce }
    if given.has("rejoin"), let nonce = earlier() { return nonce }
    if let nonce = LauncherJob.nonce() { return nonce }
    // Where all nodes of a job are started again, not all of them may have left something.
    return (given.value("resume") == "auto" ? earlier() : nil) ?? .none
}

func main() -> Int32 {
    StandardStreams.prepare()
    ProcessMemory.keepFreed()
    var isReady = false
    return ExitCode.of("gossipnode") {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if let status = try program.answer(arguments) { return status }
        let given = try Flags(arguments, allowed: nodeFlags)
        let stoppedStatus = Int32(try given.count("stopped-status", 0...255, default: 0))
        guard var shell = try makeShell(given, in: .current) else {
            StandardError.print("gossipnode: the model of this node is there already; nothing is left to do")
            return ExitCode.success
        }
        isReady = true
        let ending = try shell.run()
        var status = ending.failure == nil ? ExitCode.success : ExitCode.failure
        if case .stopped = ending { status = stoppedStatus }
        if case .finished = ending, shell.isAlone { status = ExitCode.failure }
        // What is still being computed is not waited for.
        withExtendedLifetime(shell) { ExitCode.leave(with: status) }
    } status: { _ in
        isReady ? ExitCode.failure : ExitCode.usage
    }
}

ExitCode.leave(with: main())
