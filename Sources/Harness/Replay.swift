// Recomputes a run of real processes from its traces: who heard what in which round is read, every model is computed
// again. However late, lost, killed or restarted nodes were, the models must come out the same.
import Aggregation
import Core
import Kernels
import Learning
import Metrics
import Platform
import Registry
import Scenario
import Wire

/// A run directory, replayed.
public struct Replay {
    /// The first node and round in which a replay differs from its run.
    public struct Difference: Error, Sendable, CustomStringConvertible {
        public let label: String
        public let round: Int
        public let what: String

        public var description: String { "node \(label), round \(round): \(what)" }
    }

    /// What a node hands out beside the model that it shares.
    struct HandedOut {
        /// What made that model, where the experiment wants mixes measured and the node was to hand this one out.
        let mix: MixSample?
        /// `nil` where nodes have none.
        let ownModel: [Float]?
    }

    private let assembly: Assembly
    private let isHonest: [Bool]
    private var lives: [ReplayedNode] = []
    private var mailbox = Mailbox()
    private var workspace: Workspace
    private var training = TrainingScratch()

    /// Reads the traces of all nodes.
    public init(_ assembly: Assembly, in directory: RunDirectory) throws(ConfigurationFault) {
        self.assembly = assembly
        let topology = assembly.topology
        isHonest = topology.nodes.map(assembly.honest.contains)
        let degree = topology.nodes.map { topology.neighbours(of: $0).count + assembly.topologyFile.taps.count }.max()
        workspace = Workspace(dimension: assembly.dimension, degree: degree ?? 0)
        var missing: [NodeID] = []
        for node in topology.nodes {
            let label = topology.labels[node.index]
            let file = try Replay.trace(of: node, assembly, in: directory)
            if file == nil { missing.append(node) }
            lives.append(try ReplayedNode(assembly.node(node), lines: file?.lines ?? [], label: label))
        }
        // What a node published just before it was killed is in the traces of others only.
        for life in lives {
            for input in life.lines.flatMap(\.inputs) where lives.indices.contains(input.sender.index) {
                lives[input.sender.index].usedRounds.insert(input.round.number)
            }
        }
        // A node that never started has left nothing, and nobody has heard of it.
        if let node = missing.first(where: { !lives[$0.index].usedRounds.isEmpty }) {
            let path = directory.node(node).trace
            throw ConfigurationFault(
                "node \(topology.labels[node.index]) has no trace at \(path), and others have used its models; where "
                    + "its part of the run is elsewhere, 'gossiplab report' gathers them")
        }
    }

    /// - Returns: `nil` where there is none.
    /// - Throws: what is wrong with it. Half a record at the end is not: nothing was derived from it before the process
    ///   was killed.
    private static func trace(
        of node: NodeID, _ assembly: Assembly, in directory: RunDirectory
    ) throws(ConfigurationFault) -> TraceFile? {
        let folder = directory.node(node)
        try folder.checkFormatOfTrace()
        guard let bytes = try? Files.read(folder.trace) else { return nil }
        let file: TraceFile
        do throws(TraceFault) {
            file = try TraceFile(
                bytes, of: TraceHeader(of: node, experiment: assembly.identity, dimension: assembly.dimension))
        } catch {
            throw ConfigurationFault("\(folder.trace): \(error)")
        }
        guard file.dropped == 0 else {
            throw ConfigurationFault(
                "\(folder.trace) begins with record \(file.dropped): the first ones were dropped, as the experiment's "
                    + "key trace is 'recent'; 'replay' needs all, which 'full' keeps")
        }
        return file
    }

    /// Mixes and entries that have been recomputed so far.
    public var lines: Int { lives.reduce(0) { $0 + $1.cursor } }

    /// The final model of every honest node that finished, ascending.
    ///
    /// - Throws: `Difference` where a recomputed model is not what the traces say.
    public mutating func run() throws -> [(node: NodeID, model: [Float])] {
        try run { _, _, _, _ in
        } until: { _ in
            false
        }
        return assembly.honest.compactMap { node in lives[node.index].finalModel.map { (node, $0) } }
    }

    /// The own models of the honest nodes as far as they have come, where they have such beside what they share.
    public var ownModels: [NodeID: [Float]] {
        var models: [NodeID: [Float]] = [:]
        for node in assembly.honest { models[node] = lives[node.index].handedOut.ownModel }
        return models
    }

    /// Goes through all traces, each by a line at a time, so that nobody is far ahead of the others.
    ///
    /// - Parameters:
    ///   - observe: is told every honest node's model after so many rounds, and what else it was to hand out.
    ///   - shouldStop: asked now and then, with the rounds up to which every honest model has been told.
    /// - Throws: `Difference` where a recomputed model is not what the traces say.
    mutating func run(
        observe: (NodeID, _ rounds: Int, [Float], HandedOut) throws -> Void,
        until shouldStop: (_ told: Int) throws -> Bool
    ) throws {
        for node in assembly.honest { try observe(node, 0, lives[node.index].model, lives[node.index].handedOut) }
        var isMoving = true
        while isMoving {
            isMoving = false
            for index in lives.indices
            where try lives[index].advance(
                mailbox: &mailbox, workspace: &workspace, training: &training)
            {
                isMoving = true
                guard let rounds = lives[index].closedRounds, isHonest[index] else { continue }
                try observe(NodeID(index), rounds, lives[index].model, lives[index].handedOut)
            }
            mailbox.forget(before: lives.compactMap(\.oldestNeeded).min())
            let step = assembly.honest.compactMap { lives[$0.index].oldestNeeded }.min()
            let told = step.map { assembly.experiment.training.cadence.round(of: Round($0)).number } ?? .max
            if try shouldStop(told) { return }
        }
        let stuck = lives.compactMap(\.difference).min { ($0.round, $0.label) < ($1.round, $1.label) }
        if let stuck { throw stuck }
    }
}

/// What nodes have sent each other, as far as it may still be needed.
struct Mailbox {
    private struct Key: Hashable {
        let sender: NodeID
        let round: Round
        let digest: UInt64
    }

    /// Only looked up.
    private var models: [Key: ModelMessage] = [:]
    private var oldest = 0

    mutating func put(_ message: ModelMessage, from sender: NodeID) {
        models[Key(sender: sender, round: message.round, digest: message.digest)] = message
    }

    func model(_ input: TraceLine.Input) -> ModelMessage? {
        models[Key(sender: input.sender, round: input.round, digest: input.digest)]
    }

    mutating func forget(before round: Int?) {
        // Now and then: each time costs as much as there is.
        guard let round, round >= oldest + 50 else { return }
        oldest = round
        models = models.filter { $0.key.round.number >= round }
    }
}

/// One node on its way through its trace.
private struct ReplayedNode {
    private let configuration: NodeConfiguration
    private let trainer: any LocalModel
    private let label: String
    let lines: [TraceLine]
    /// Rounds for which anyone used a model of this node; only looked up.
    var usedRounds: Set<Int> = []
    /// For each line that is an entry, the line after which the checkpoint was written; -1: before the first.
    private let origins: [Int: Int]
    /// The least round that this line or a later one needs of anyone.
    private let needed: [Int]
    private var function: RoundFunction

    /// Lines behind it.
    private(set) var cursor = 0
    private var state: NodeState
    private var saved: [Int: NodeState] = [:]
    /// This round after the local steps.
    private var halfStep: HalfStep?
    /// The line before which it has published what no line of its own tells.
    private var lastModelsBefore: Int?
    private(set) var difference: Replay.Difference?
    /// The rounds that it had done after its last step, if that was the end of a round.
    private(set) var closedRounds: Int?
    /// The mix of the last step, where it is one to hand out.
    private var lastMix: MixSample?

    init(_ node: AssembledNode, lines: [TraceLine], label: String) throws(ConfigurationFault) {
        configuration = node.configuration
        trainer = node.trainer
        function = node.core.rounds
        self.label = label
        self.lines = lines
        var origins: [Int: Int] = [:]
        for (index, line) in lines.enumerated() {
            guard let checkpoint = line.checkpoint else { continue }
            let cadence = node.configuration.cadence
            let first = cadence.firstStep(of: Round(checkpoint))
            origins[index] = ReplayedNode.origin(of: first, before: index, lines)
            // It may have gone on with a later gossip step of the round.
            if line.inputs.isEmpty, line.round > first, cadence.round(of: line.round) == Round(checkpoint),
                let origin = ReplayedNode.origin(of: line.round, before: index, lines),
                lines[origin].result == line.result
            {
                origins[index] = origin
            }
        }
        self.origins = origins
        var least = Int.max
        needed = lines.reversed().map { line in
            least = min(least, line.round.number, line.inputs.map(\.round.number).min() ?? .max)
            return least
        }.reversed()
        state = function.firstState(node.trainer.initialParameters())
        saved[-1] = state
    }

    /// The line after which the node was at the start of `step`: of several lives the last.
    private static func origin(of step: Round, before entry: Int, _ lines: [TraceLine]) -> Int? {
        guard step.number > 0 else { return -1 }
        return lines[..<entry].lastIndex { $0.checkpoint == nil && $0.next == step }
    }

    var oldestNeeded: Int? { cursor < needed.count ? needed[cursor] : nil }

    var model: [Float] { function.output(of: state) }

    var handedOut: Replay.HandedOut { Replay.HandedOut(mix: lastMix, ownModel: function.ownModel(of: state)) }

    var finalModel: [Float]? {
        guard cursor == lines.count, let last = lines.last else { return nil }
        return last.next.number >= configuration.steps ? model : nil
    }

    /// Goes through the next line, if all that went into it is known.
    mutating func advance(
        mailbox: inout Mailbox, workspace: inout Workspace, training: inout TrainingScratch
    ) throws -> Bool {
        difference = nil
        closedRounds = nil
        guard cursor < lines.count else { return sendLastModels(mailbox: &mailbox, training: &training) }
        let line = lines[cursor]
        if let checkpoint = line.checkpoint {
            if sendLastModels(mailbox: &mailbox, training: &training) { return true }
            guard try enter(line, from: checkpoint, mailbox: mailbox, workspace: &workspace) else { return false }
        } else {
            if halfStep == nil {
                // Others may be waiting for this model, so that it is progress already.
                publish(line.round, mailbox: &mailbox, training: &training)
                return true
            }
            guard try close(line, mailbox: &mailbox, workspace: &workspace) else { return false }
            if configuration.cadence.trains(in: line.next) {
                closedRounds = configuration.cadence.round(of: line.next).number
            }
        }
        if origins.values.contains(cursor) { saved[cursor] = state }
        cursor += 1
        return true
    }

    /// The local steps of a round, or what follows without any, and what it publishes.
    private mutating func publish(_ step: Round, mailbox: inout Mailbox, training: inout TrainingScratch) {
        let halfStep: HalfStep
        let start = function.start(of: state)
        // Whoever has fallen behind may have asked for it.
        if !function.sendsModels, configuration.cadence.trains(in: step) {
            mailbox.put(ModelMessage(round: step, values: start), from: configuration.node)
        }
        if configuration.trains(in: step) {
            var (sent, kept) = (state.shared, state.kept)
            let round = configuration.cadence.round(of: step)
            _ = trainer.step(&sent, state: &kept, round: round, scratch: &training)
            halfStep = function.halfStep(sent, from: start, kept: kept, in: step)
        } else {
            halfStep = function.halfStep(continuing: state, in: step)
        }
        if !function.forges(in: step) { mailbox.put(halfStep.own, from: configuration.node) }
        self.halfStep = halfStep
    }

    /// A node may have published the model of a round that it did not close before it was killed.
    private mutating func sendLastModels(mailbox: inout Mailbox, training: inout TrainingScratch) -> Bool {
        guard lastModelsBefore != cursor, finalModel == nil else { return false }
        lastModelsBefore = cursor
        let round = cursor == 0 ? Round(0) : lines[cursor - 1].next
        guard halfStep == nil, usedRounds.contains(round.number) else { return false }
        publish(round, mailbox: &mailbox, training: &training)
        return true
    }

    private mutating func close(_ line: TraceLine, mailbox: inout Mailbox, workspace: inout Workspace) throws -> Bool {
        guard let halfStep, let input = line.inputs.first(where: { $0.sender == configuration.node }) else {
            throw Replay.Difference(label: label, round: line.round.number, what: "the trace has no model of its own")
        }
        let own = halfStep.own
        guard input.digest == own.digest else {
            throw Replay.Difference(label: label, round: line.round.number, what: "its local step comes out otherwise")
        }
        guard let heard = heard(line, mailbox: mailbox) else { return false }
        state = function(
            halfStep, with: RoundInputs(heard: heard, offenders: line.offenders),
            among: configuration.roundNeighbourhood(in: line.round), using: &workspace)
        lastMix = line.next == line.round.next ? workspace.sample : nil
        if configuration.exchanges(in: line.round) { forge(halfStep, heard: heard, mailbox: &mailbox) }
        guard state.digest == line.result else {
            throw Replay.Difference(label: label, round: line.round.number, what: "its mix comes out otherwise")
        }
        self.halfStep = nil
        return true
    }

    private mutating func forge(_ halfStep: HalfStep, heard: [ReceivedModel], mailbox: inout Mailbox) {
        let step = halfStep.own.round
        guard function.forges(in: step), case .hostile(let adversary) = function.behaviour else { return }
        let victims = configuration.roundNeighbourhood(in: step).links.members.filter(\.receives)
            .map { configuration.neighbours[$0.slot].node }.filter { !adversary.allies.contains($0) }
        let forgeries = function.forge(for: victims, in: halfStep, heard: heard)
        for case .model(let forgery)? in forgeries { mailbox.put(forgery, from: configuration.node) }
        state.attackMemory = function.attackMemory
    }

    private mutating func enter(
        _ line: TraceLine, from checkpoint: Int, mailbox: Mailbox, workspace: inout Workspace
    ) throws -> Bool {
        guard let heard = heard(line, mailbox: mailbox) else { return false }
        guard let origin = origins[cursor], let state = saved[origin] else {
            throw Replay.Difference(
                label: label, round: line.round.number, what: "it never was at the start of round \(checkpoint)")
        }
        self.state = state
        function.restore(state)
        halfStep = nil
        if !heard.isEmpty, let entered = function.entryParameters(heard, instead: state, using: &workspace) {
            self.state.shared = entered
        }
        guard self.state.digest == line.result else {
            throw Replay.Difference(label: label, round: line.round.number, what: "it enters with another model")
        }
        return true
    }

    /// What went into a line besides its own model; `nil` while some of it is not known yet.
    private mutating func heard(_ line: TraceLine, mailbox: Mailbox) -> [ReceivedModel]? {
        var heard: [ReceivedModel] = []
        for input in line.inputs where input.sender != configuration.node {
            guard let message = mailbox.model(input) else {
                difference = Replay.Difference(
                    label: label, round: line.round.number,
                    what: "the model that it had of node \(input.sender)'s round \(input.round) does not come out")
                return nil
            }
            heard.append(ReceivedModel(sender: input.sender, message: message))
        }
        return heard
    }
}
