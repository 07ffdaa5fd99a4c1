// RecoveryState: what an earlier process of a node left in its folder, and how the next one begins from it.
import Core
import Kernels
import Metrics
import Registry
import Scenario

/// What an earlier process of a node left, and what the next one starts from.
public struct RecoveryState {
    /// Rounds of the checkpoints that are there, ascending.
    public let checkpoints: [Int]
    /// The newest checkpoint that is whole and this node's.
    private let newest: Checkpoint?
    /// Why newer ones were passed over; one sentence each.
    let refusals: [String]

    private let node: AssembledNode
    private let identity: [UInt8]
    private let folder: NodeDirectory

    public init(of node: AssembledNode, identity: [UInt8], in folder: NodeDirectory) {
        self.node = node
        self.identity = identity
        self.folder = folder
        let names = (try? Files.names(in: folder.path)) ?? []
        checkpoints = names.compactMap(NodeDirectory.rounds(ofCheckpoint:)).sorted()
        var newest: Checkpoint?
        var refusals: [String] = []
        for rounds in checkpoints.reversed() where newest == nil {
            do throws(ConfigurationFault) {
                newest = try RecoveryState.read(folder.checkpoint(rounds: rounds), rounds: rounds, of: node, identity)
            } catch {
                refusals.append(error.description)
            }
        }
        self.newest = newest
        self.refusals = refusals
    }

    /// Rounds of the newest checkpoint that can be read.
    public var newestRound: Int? { newest?.rounds }

    /// Rounds of the checkpoints that belong to the past of a node that starts so. Where all go on together from an
    /// earlier round than the newest, what comes after it is of a past that was given up, and is removed.
    func checkpoints(for start: NodeStart) -> [Int] {
        guard case .resumed(let checkpoint) = start else { return checkpoints }
        for rounds in checkpoints where rounds > checkpoint.rounds { Files.remove(folder.checkpoint(rounds: rounds)) }
        return checkpoints.filter { $0 <= checkpoint.rounds }
    }

    /// Whether the checkpoint after so many rounds can be read.
    public func isWhole(rounds: Int) -> Bool {
        (try? RecoveryState.read(folder.checkpoint(rounds: rounds), rounds: rounds, of: node, identity)) != nil
    }

    /// What the node is told of its past.
    func start(_ start: NodeShell.Start) throws(ConfigurationFault) -> NodeStart {
        switch start {
        case .afresh:
            guard checkpoints.isEmpty, Files.size(of: folder.trace) ?? 0 == 0, !Files.exists(folder.model),
                !Files.exists(folder.traceOfFirstFormat)
            else {
                throw ConfigurationFault(
                    "\(folder.path) holds what an earlier process of this node left; allowed is --rejoin, "
                        + "--resume ROUND or auto, or another --run")
            }
            return .afresh
        case .resume(let rounds):
            try folder.checkFormatOfTrace()
            return .resumed(
                try RecoveryState.read(folder.checkpoint(rounds: rounds), rounds: rounds, of: node, identity))
        case .rejoin:
            try folder.checkFormatOfTrace()
            return .restarted(newest, published: try publishedRound())
        }
    }

    /// The last round for which it may have sent a model; `nil` where it never ran.
    private func publishedRound() throws(ConfigurationFault) -> Round? {
        guard Files.exists(folder.trace) else { return nil }
        // A node sends the model of its first round before it has closed any.
        guard let last = try traceTail().records.last else { return Round(0) }
        guard last.line.next.number <= node.configuration.steps else {
            throw ConfigurationFault(
                "\(folder.trace): record \(last.number) says that the node went on to round \(last.line.next); this "
                    + "experiment has \(node.configuration.rounds) rounds: the trace is of no run of it")
        }
        return last.line.next
    }

    private func traceTail() throws(ConfigurationFault) -> TraceTail {
        let (configuration, file) = (node.configuration, folder.trace)
        do {
            return try TraceTail(
                Files.openToRead(file),
                of: TraceHeader(of: configuration.node, experiment: identity, dimension: configuration.dimension))
        } catch let fault as TraceFault {
            throw fault.refusal(of: file)
        } catch {
            throw ConfigurationFault("\(error); without its trace the node does not know what it has said already")
        }
    }

    private static func read(
        _ path: String, rounds: Int, of node: AssembledNode, _ identity: [UInt8]
    ) throws(ConfigurationFault) -> Checkpoint {
        let checkpoint: Checkpoint
        do {
            checkpoint = try Checkpoint(
                encoded: try Files.read(path), node: node.configuration.node, experiment: identity,
                channels: node.configuration.shared)
        } catch {
            throw ConfigurationFault("\(path) cannot be used: \(error)")
        }
        guard checkpoint.rounds == rounds else {
            throw ConfigurationFault("\(path) cannot be used: it is of round \(checkpoint.rounds)")
        }
        return checkpoint
    }
}

extension NodeShell.Start {
    /// How a node goes on that may have been started before: afresh where nothing says so, by what neighbours send
    /// where it alone comes back. Where the launcher has started the whole job again, all nodes go on together from
    /// the newest round of which every one has a checkpoint in this folder.
    ///
    /// - Parameters:
    ///   - nodes: of the topology.
    ///   - isRestart: whether the launcher says so.
    ///   - goTogether: whether nodes are in one round at a time.
    public static func onward(
        of node: NodeID, in run: RunDirectory, nodes: Int, isRestart: Bool, goTogether: Bool
    ) -> NodeShell.Start {
        if isRestart, goTogether, let round = newestCommonRound(in: run, nodes: nodes) { return .resume(round) }
        let folder = run.node(node)
        let isNew = rounds(in: folder).isEmpty && Files.size(of: folder.trace) ?? 0 == 0 && !Files.exists(folder.model)
        return isNew && !isRestart ? .afresh : .rejoin
    }

    /// Whether a node has done all that there was to do, and nobody is left to hear from it.
    public static func isDone(_ node: NodeID, in run: RunDirectory, nodes: Int, isRestart: Bool) -> Bool {
        let waited = isRestart ? (0..<nodes).map { NodeID($0) } : [node]
        return waited.allSatisfy { Files.exists(run.node($0).model) }
    }

    private static func newestCommonRound(in run: RunDirectory, nodes: Int) -> Int? {
        var common = Set(rounds(in: run.node(NodeID(0))))
        for node in 1..<max(1, nodes) where !common.isEmpty {
            common.formIntersection(rounds(in: run.node(NodeID(node))))
        }
        return common.max()
    }

    private static func rounds(in folder: NodeDirectory) -> [Int] {
        ((try? Files.names(in: folder.path)) ?? []).compactMap(NodeDirectory.rounds(ofCheckpoint:))
    }
}

extension NodeStart {
    /// Of the process that left what this one starts from; 0 where nothing says.
    var incarnation: UInt64 {
        switch self {
        case .afresh, .restarted(nil, _): 0
        case .resumed(let checkpoint), .restarted(let checkpoint?, _): checkpoint.incarnation
        }
    }
}
