// One node's process as the laboratory sees it: its folder, its heartbeat, how it ended, and what was done to it.
import Core
import Kernels
import Platform
import Scenario
import Wire

struct NodeProcess {
    /// Why it was killed by the laboratory.
    enum Sentence { case hung(Nanoseconds, wasStopped: Bool), heldToTheEnd }

    let node: NodeID
    let folder: NodeDirectory
    var process: ChildProcess
    var status: ExitStatus?
    /// Killed by the plan, and to be restarted.
    var isDown = false
    var heartbeat: HeartbeatReader
    var watch: HeartbeatWatch
    var sentence: Sentence?
    /// Its folder was deleted while it ran.
    var hasNoFolder = false

    init(_ node: NodeID, in folder: NodeDirectory, _ process: ChildProcess, at now: Instant) {
        self.node = node
        self.folder = folder
        self.process = process
        heartbeat = HeartbeatReader(folder.heartbeat)
        watch = HeartbeatWatch(at: now)
    }

    var isRunning: Bool { status == nil }

    /// It has done all its rounds, and ended by itself. One that never met a neighbour says so by its status; its
    /// model counts all the same, since leaving it out would hide the worst node of all.
    var hasFinished: Bool { status == .exited(ExitCode.success) || status == .exited(ExitCode.failure) }

    /// What became of it if it did not finish: how it ended, and the last thing it said.
    ///
    /// - Parameter wasStopped: the whole run was.
    func lost(wasStopped: Bool) -> LostNode {
        switch sentence {
        case .hung(let silence, let stoodStill):
            let cause = stoodStill ? " (a signal had stopped it)" : ""
            let reason = "hung: its loop had not stirred for \(silence / 1_000_000_000) s\(cause), and was killed"
            return LostNode(node, .hung, reason: reason)
        case .heldToTheEnd:
            return LostNode(node, .killed, reason: "held by the fault plan to the end")
        case nil:
            break
        }
        if hasNoFolder { return LostNode(node, .failed, reason: "its folder was deleted while it ran") }
        // One that is just starting is ended by the request itself.
        if wasStopped, status == .exited(0) || status == .signalled(.terminate) {
            return LostNode(node, .stopped, reason: LostNode.stopped)
        }
        let kind: LostNode.Kind =
            switch status {
            case .exited(0): .stopped
            case .exited: Files.exists(folder.endpoint) ? .failed : .neverStarted
            case .signalled, nil: .killed
            }
        let ending = status?.description ?? "was not started"
        let log = String(decoding: (try? Files.read(folder.log)) ?? [], as: UTF8.self)
        guard let said = log.split(whereSeparator: \.isNewline).last else {
            return LostNode(node, kind, reason: ending)
        }
        // The node's lines begin with the program's name.
        let cause = String(said.hasPrefix("gossipnode") ? said.drop { $0 != ":" }.dropFirst(2) : said)
        let reason = Ending.isDivergence(cause) ? cause : "\(ending): \(said)"
        return LostNode(node, kind, reason: reason, cause: cause)
    }
}

extension ChildProcess {
    /// Starts a node of a run whose files are written.
    ///
    /// - Parameters:
    ///   - wrapper: words of another program that starts this one; none by default.
    ///   - further: flags beside those that every node is given.
    static func node(
        _ node: NodeID, of assembly: Assembly, run nonce: RunNonce, in directory: RunDirectory, program: String,
        under wrapper: [String] = [], lifeline: Lifeline, _ further: [String] = []
    ) throws(SystemFault) -> ChildProcess {
        // Written out, a graph may be larger than the file that it came from.
        let most = [directory.experiment, directory.topology].compactMap { Files.size(of: $0) }.max() ?? 0
        let limits = most > InputFiles.usualMost ? ["--\(InputFiles.flag.name)", "\(most)"] : []
        let command = wrapper + [program]
        return try ChildProcess(
            command[0],
            command.dropFirst() + [
                "--experiment", directory.experiment, "--topology", directory.topology, "--node",
                assembly.topology.labels[node.index], "--run", directory.path, "--nonce", "\(nonce)",
            ] + limits + further, output: .file(directory.node(node).log), lifeline: lifeline,
            isOneOfMany: Self.areOnLoopback(assembly.topology.addresses))
    }

    /// Whether only processes of this host can reach nodes of these addresses.
    static func areOnLoopback(_ addresses: [String?]) -> Bool {
        addresses.allSatisfy { address in
            guard let address, let colon = address.lastIndex(of: ":") else { return address == nil }
            let host = address[..<colon]
            return host == "localhost" || host == "[::1]"
                || host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." }
        }
    }
}
