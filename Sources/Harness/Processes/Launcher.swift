// Starts the processes of a run, one gossipnode a node, and ends them all, whatever happens. It talks to no node.
import Kernels
import Platform
import Scenario
import Wire

struct Launcher {
    /// Nodes told to stop are given this long before they are killed.
    private static let longestStop: Nanoseconds = .milliseconds(2_500)

    private let assembly: Assembly
    private let directory: RunDirectory
    private let program: String
    /// Every edge gets a key for this run; the files are removed when it is over.
    private let hasKeys: Bool
    /// Drawn anew each time that nodes are started; one that a fault plan restarts gets the same.
    let nonce = RunNonce(Entropy.bytes(RunNonce.byteCount))
    /// Nodes reach each other through links of the laboratory, where it leaves the addresses.
    private let hasFaultyLinks: Bool
    private let lifeline: Lifeline
    private let clock = MonotonicClock()
    /// By index; none before `launch`.
    var nodes: [NodeProcess] = []
    private var stopAskedAt: Instant?

    init(
        _ assembly: Assembly, in directory: RunDirectory, program: String, hasKeys: Bool, hasFaultyLinks: Bool
    ) throws(SystemFault) {
        self.assembly = assembly
        self.directory = directory
        self.program = program
        self.hasKeys = hasKeys
        self.hasFaultyLinks = hasFaultyLinks
        lifeline = try Lifeline()
    }

    /// Whether any node runs or will run again.
    var isAwaited: Bool { nodes.contains { $0.isRunning || $0.isDown } }
    var wasStopped: Bool { stopAskedAt != nil }

    mutating func launch(from beginning: NodeShell.Start) throws(SystemFault) {
        if hasKeys { try KeyFile.write(for: assembly.topologyFile, to: directory.keys) }
        let further: [String] =
            switch beginning {
            case .afresh: []
            case .resume(let rounds): ["--resume", "\(rounds)"]
            case .resumeStop(let number): ["--resume", "stop-\(number)"]
            case .rejoin: ["--rejoin"]
            }
        for node in assembly.topology.nodes {
            let folder = directory.node(node)
            try Files.makeDirectory(folder.path)
            nodes.append(NodeProcess(node, in: folder, try start(node, further), at: clock.now()))
        }
    }

    /// Starts a node that is down once more.
    mutating func restart(_ index: Int) throws(SystemFault) {
        nodes[index].process = try start(nodes[index].node, ["--rejoin"])
        nodes[index].status = nil
        nodes[index].isDown = false
        nodes[index].watch = HeartbeatWatch(at: clock.now())
    }

    private func start(_ node: NodeID, _ further: [String]) throws(SystemFault) -> ChildProcess {
        try .node(
            node, of: assembly, run: nonce, in: directory, program: program, lifeline: lifeline,
            further + (hasKeys ? ["--keys", KeyFile.path(ofNode: node, in: directory.keys)] : [])
                + (hasFaultyLinks ? ["--endpoints", directory.links(of: node)] : []))
    }

    /// Tells all nodes to stop; at the second time it kills them.
    mutating func askToStop() throws(SystemFault) {
        guard stopAskedAt == nil else { return endAll() }
        stopAskedAt = clock.now()
        for node in nodes where node.isRunning {
            // A process that a fault plan holds would not hear the request.
            if node.watch.isHeld { try node.process.send(.continue) }
            try node.process.send(.terminate)
        }
    }

    /// Kills nodes that were told to stop and have not, for too long.
    mutating func endLate() {
        if let moment = stopAskedAt, clock.now() - moment > Self.longestStop { endAll() }
    }

    mutating func kill(_ index: Int, as sentence: NodeProcess.Sentence) {
        nodes[index].sentence = nodes[index].sentence ?? sentence
        try? nodes[index].process.send(.kill)
    }

    /// Kills what still runs and waits for its end: no orphan is left.
    mutating func endAll() {
        for index in nodes.indices where nodes[index].isRunning {
            try? nodes[index].process.send(.kill)
            nodes[index].status = try? nodes[index].process.wait()
        }
    }

    func removeKeys() { if hasKeys { Files.removeTree(directory.keys) } }
}
