// RecoveryState: what an earlier process of a node left in its folder, and how the next one begins from it.
import Core
import Kernels
import Metrics
import Registry
import Scenario

/// What an earlier process of a node left, and what the next one starts from.
public struct RecoveryState {
    /// The checkpoints that are there.
    public let left: LeftCheckpoints
    /// The newest checkpoint of the start of a round that is whole and this node's.
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
        left = LeftCheckpoints(in: folder)
        var newest: Checkpoint?
        var refusals: [String] = []
        let files =
            left.rounds.map { (rounds: $0, path: folder.checkpoint(rounds: $0)) }
            + left.stops.map { (rounds: $0.rounds, path: folder.checkpoint(of: $0)) }
        for (rounds, path) in files.sorted(by: { $0.rounds > $1.rounds }) where newest == nil {
            do throws(ConfigurationFault) {
                let checkpoint = try RecoveryState.read(path, rounds: rounds, of: node, identity)
                // Whoever comes back alone does so at the start of a round.
                if checkpoint.openRound == nil { newest = checkpoint }
            } catch {
                refusals.append(error.description)
            }
        }
        self.newest = newest
        self.refusals = refusals
    }

    /// Rounds of the newest checkpoint that can be read.
    public var newestRound: Int? { newest?.rounds }

    /// The checkpoints that belong to the past of a node that starts so. Where all go on together from an earlier one
    /// than the newest, what comes after it is of a past that was given up, and is removed; so are stops that a node
    /// has gone on from alone.
    func left(by start: NodeStart) -> (rounds: [Int], stops: [StopName]) {
        var (rounds, stops) = (left.rounds, left.stops)
        switch start {
        case .afresh: break
        case .resumed(let checkpoint):
            for later in rounds where later > checkpoint.rounds { Files.remove(folder.checkpoint(rounds: later)) }
            rounds.removeAll { $0 > checkpoint.rounds }
            let isLater = { (stop: StopName) in
                checkpoint.isStop ? stop.number > checkpoint.stops : stop.rounds >= checkpoint.rounds
            }
            for stop in stops where isLater(stop) { Files.remove(folder.checkpoint(of: stop)) }
            stops.removeAll(where: isLater)
        case .restarted(let checkpoint, _):
            if var checkpoint, checkpoint.isStop {
                checkpoint.isStop = false
                let bytes = checkpoint.encoded(node: node.configuration.node, experiment: identity)
                let path = folder.checkpoint(rounds: checkpoint.rounds)
                guard (try? Files.write(bytes, to: path)) != nil else { break }
                rounds = rounds.filter { $0 != checkpoint.rounds } + [checkpoint.rounds]
            }
            for stop in stops { Files.remove(folder.checkpoint(of: stop)) }
            stops = []
        }
        return (rounds.sorted(), stops)
    }

    /// Whether what the node would start from so can be read.
    public func isWhole(_ start: NodeShell.Start) -> Bool { (try? self.start(start)) != nil }

    /// What the node is told of its past.
    func start(_ start: NodeShell.Start) throws(ConfigurationFault) -> NodeStart {
        switch start {
        case .afresh:
            guard left.rounds.isEmpty, left.stops.isEmpty, Files.size(of: folder.trace) ?? 0 == 0,
                !Files.exists(folder.model),
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
        case .resumeStop(let number):
            try folder.checkFormatOfTrace()
            guard let stop = left.stops.first(where: { $0.number == number }) else {
                throw ConfigurationFault("\(folder.path) holds no checkpoint of stop \(number)")
            }
            return .resumed(
                try RecoveryState.read(folder.checkpoint(of: stop), rounds: stop.rounds, of: node, identity))
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
        guard checkpoint.fits(node.configuration) else {
            throw ConfigurationFault("\(path) cannot be used: what it holds of an open round is not of this experiment")
        }
        return checkpoint
    }
}

extension NodeShell.Start {
    /// How a node goes on that may have been started before: afresh where nothing says so, by what neighbours send
    /// where it alone comes back. Where the launcher has started the whole job again, all nodes go on together from
    /// the newest that every one has left in this folder.
    ///
    /// - Parameters:
    ///   - nodes: of the topology.
    ///   - isRestart: whether the launcher says so.
    ///   - goTogether: whether nodes are in one round at a time.
    /// - Returns: `nil` for a node that has done all that there was to do.
    public static func onward(
        of node: NodeID, in run: RunDirectory, nodes: Int, isRestart: Bool, goTogether: Bool
    ) -> NodeShell.Start? {
        let own = run.node(node)
        let isDone = { (node: NodeID) in Files.exists(run.node(node).model) }
        let waited = isRestart ? (0..<nodes).map { NodeID($0) } : [node]
        guard !waited.allSatisfy(isDone) else { return nil }
        let left = LeftCheckpoints(in: own)
        if isRestart, goTogether {
            let all = waited.map { LeftCheckpoints(in: run.node($0), isDone: isDone($0)) }
            if let start = LeftCheckpoints.commonStarts(of: all).first {
                // It was done before the others were warned, and they have what it sent.
                if case .resumeStop(let number) = start, !left.stops.contains(where: { $0.number == number }) {
                    return nil
                }
                return start
            }
        }
        let isNew =
            left.rounds.isEmpty && left.stops.isEmpty && Files.size(of: own.trace) ?? 0 == 0 && !isDone(node)
        return isNew && !isRestart ? .afresh : .rejoin
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
