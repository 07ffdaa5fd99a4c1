// One run of real node processes that nobody looks at but for its beginning and its end, as rounds are timed by.
import Graphs
import Kernels
import Platform
import Registry
import Scenario
import Wire

/// What one run of a task came to.
struct RoundRun {
    /// What the processes are told of their links.
    struct Links {
        let transport: Transport
        let hasKeys: Bool
    }

    /// The launcher looks for the end of the first and of the last round this often, and at memory so much less often.
    private static let interval: Nanoseconds = .milliseconds(1)
    private static let looksPerMemory = 100
    /// No run may take longer.
    private static let longestRun: Nanoseconds = .milliseconds(300_000)

    /// From reading the experiment to when every node has closed its first round.
    let secondsToFirstRound: Double
    /// Of one round after that, until the last node has written its model.
    let secondsOfRound: Double
    /// Of the greediest node.
    let peakBytes: Int
    let costs: RoundCosts

    /// - Parameters:
    ///   - program: path of gossipnode.
    ///   - wrapper: for each node by its index the words of a command that its own are appended to; none by default.
    init(of task: BenchTask, _ links: Links, program: String, under wrapper: (Int) -> [String] = { _ in [] }) throws {
        let folder = try TemporaryDirectory()
        let clock = MonotonicClock()
        let beginning = clock.now()
        let assembly = try task.assembly()
        let record = RunRecord.processes(transport: links.transport, hasKeys: links.hasKeys)
        let directory = try RunFiles(for: assembly, in: folder.path, made: record).directory
        if links.hasKeys { try KeyFile.write(for: assembly.topologyFile, to: directory.keys) }
        let lifeline = try Lifeline()
        let nonce = RunNonce(Entropy.bytes(RunNonce.byteCount))
        let endedBefore = ProcessorUse.ofEndedChildren()
        var children: [ChildProcess] = []
        defer {
            for child in children where child.status == nil {
                try? child.send(.kill)
                _ = try? child.wait()
            }
        }
        let nodes = assembly.topology.nodes.map(directory.node)
        for node in assembly.topology.nodes {
            try Files.makeDirectory(directory.node(node).path)
            let further =
                ["--transport", links.transport.rawValue]
                + (links.hasKeys ? ["--keys", KeyFile.path(ofNode: node, in: directory.keys)] : [])
            children.append(
                try ChildProcess.node(
                    node, of: assembly, run: nonce, in: directory, program: program, under: wrapper(node.index),
                    lifeline: lifeline, further))
        }

        var peak = 0
        func lookAtMemory() {
            peak = children.reduce(peak) { max($0, ProcessMemory.peakBytes(of: $1.processIdentifier) ?? 0) }
        }
        var looks = 0
        var poll = PollLoop()
        // Waits until `isDone` holds of every node, one after the other.
        func waitUntilAll(_ what: String, _ isDone: (NodeDirectory) -> Bool) throws -> Instant {
            for (node, child) in zip(nodes, children) {
                while !isDone(node) {
                    if let status = try child.poll(), status != .exited(0) { throw BenchFault("a node \(status)") }
                    guard clock.now() - beginning < Self.longestRun else {
                        throw BenchFault("it took too long until all nodes \(what)")
                    }
                    looks += 1
                    if looks % Self.looksPerMemory == 0 { lookAtMemory() }
                    try poll.wait(until: clock.now() + Self.interval)
                }
            }
            return clock.now()
        }
        let first = try waitUntilAll("have closed a round") { Files.size(of: $0.trace) ?? 0 > 0 }
        let spentToFirst = children.reduce(ProcessorUse()) { $0 + ProcessorUse(of: $1.processIdentifier) }
        lookAtMemory()
        let last = try waitUntilAll("have finished") { Files.exists($0.model) }
        for child in children where try child.wait() != .exited(0) { throw BenchFault("a node did not end well") }

        secondsToFirstRound = Double(first - beginning) / 1e9
        secondsOfRound = Double(last - first) / 1e9 / Double(task.rounds - 1)
        peakBytes = peak
        costs = RoundCosts(
            ProcessorUse.ofEndedChildren() - endedBefore - spentToFirst, nodeRounds: nodes.count * (task.rounds - 1))
    }
}
