// A node driven by hand: events at chosen moments, effects sorted by what they are.
import Aggregation
import Attacks
import Kernels
import Learning
import Metrics
import TestSupport
import Wire

@testable import Core

struct HandledNode {
    var core: NodeCore
    private(set) var sent: [(message: Message, to: Int)] = []
    private(set) var traces: [TraceInputs] = []
    /// The round that each trace line says it goes on to.
    private(set) var nextRounds: [Int] = []
    private(set) var warnings: [Warning] = []
    private(set) var records: [Int] = []
    /// Losses asked for; the test answers.
    private(set) var lossProbes: [(round: Int, models: [[Float]])] = []
    private(set) var lastRecord: NodeRecord?
    private(set) var snapshots: [Int] = []
    private(set) var ownModels: [(rounds: Int, model: [Float])] = []
    private(set) var mixes: [(rounds: Int, mix: MixSample)] = []
    private(set) var checkpoints: [Checkpoint] = []
    private(set) var wakeAt: Instant?
    private(set) var ending: Ending?
    private var workspace: Workspace
    private var effects: [NodeEffect] = []
    /// No test takes nearly as many.
    private var eventsLeft = 200_000

    struct TraceInputs: Equatable {
        let round: Int
        let senders: [Int]
    }

    static let dimension = 2

    /// Node 0 with neighbours 1 ... `degree`, weight 1 / (degree + 1) each; its local step adds 1 to every element.
    init(
        degree: Int = 2, rounds: Int = 5, hostile: Int = 0, mixEvery: Int = 1, measureEvery: Int = 0,
        handsOutMixes: Bool = false, checkpointEvery: Int = 0, behaviour: Behaviour = .honest,
        rule: any GossipRule = WeightedMean(.defaults(WeightedMean.parameters)), isTried: Bool = false
    ) {
        let neighbours = (1...degree).map {
            NodeConfiguration.Neighbour(node: NodeID($0), weight: 1 / Double(degree + 1), receives: true)
        }
        let configuration = NodeConfiguration(
            node: NodeID(0), dimension: Self.dimension, rounds: rounds, neighbours: neighbours,
            budget: Budget(count: hostile, among: neighbours.compactMap(\.weight)),
            cadence: Cadence(mixEvery: mixEvery),
            seed: 1,
            measureEvery: measureEvery, handsOutMixes: handsOutMixes, checkpointEvery: checkpointEvery)
        core = NodeCore(
            configuration, rule: rule, behaviour: behaviour, initial: [Float](repeating: 0, count: Self.dimension),
            trainer: isTried ? Untrained() : nil)
        workspace = Workspace(dimension: Self.dimension, degree: degree)
    }

    /// A node of this configuration, of the dimension above.
    init(
        _ configuration: NodeConfiguration, exchange: any Exchange = ModelExchange(), behaviour: Behaviour = .honest,
        rule: any GossipRule = WeightedMean(.defaults(WeightedMean.parameters))
    ) {
        self.init(degree: configuration.neighbours.count)
        core = NodeCore(
            configuration, exchange: exchange, rule: rule, behaviour: behaviour,
            initial: [Float](repeating: 0, count: Self.dimension))
    }

    /// Starts the node and brings up its links.
    mutating func join(_ neighbours: ClosedRange<Int>, at milliseconds: Int = 0) {
        handle(.started(.afresh), at: milliseconds)
        for neighbour in neighbours { handle(.linkUp(NodeID(neighbour), incarnation: 1), at: milliseconds) }
    }

    /// Handles an event and, as a driver does, the timers that are due before it.
    mutating func handle(_ event: NodeEvent, at milliseconds: Int) {
        while ending == nil, let due = wakeAt, due < Self.moment(milliseconds) {
            wakeAt = nil
            handle(.timer, at: due)
        }
        handle(event, at: Self.moment(milliseconds))
    }

    private mutating func handle(_ event: NodeEvent, at now: Instant) {
        eventsLeft -= 1
        precondition(eventsLeft > 0, "a node that never comes to what its test waits for")
        core.handle(event, at: now, using: &workspace, into: &effects)
        while let (round, model, state) = interpret() {
            let trained = model.map { $0 + 1 }
            core.handle(
                .trained(round, trained, state, StepReport(loss: 1, samples: 1)), at: now, using: &workspace,
                into: &effects)
        }
    }

    /// The process stands still, or the clock leaps: no timer before this event is handled.
    mutating func oversleep(_ event: NodeEvent, at milliseconds: Int) {
        wakeAt = nil
        handle(event, at: Self.moment(milliseconds))
    }

    mutating func receive(_ values: [Float] = [1, 1], from node: Int, round: Int, at milliseconds: Int) {
        let message = ModelMessage(round: Round(round), values: values)
        handle(.received(.model(message), from: NodeID(node)), at: milliseconds)
    }

    static func moment(_ milliseconds: Int) -> Instant { Instant(nanoseconds: .milliseconds(milliseconds)) }

    /// Lets it wait for as long as it likes, from `milliseconds` on, until it closes a round; says when that is.
    mutating func waitForRound(from milliseconds: Int) -> Int {
        let closed = traces.count
        var now = milliseconds
        while traces.count == closed, ending == nil, let moment = wakeAt {
            now = max(now, Int((moment.nanoseconds + 999_999) / 1_000_000))
            handle(.timer, at: now)
        }
        return now
    }

    /// Lets it wait until it wants to know losses; says when that is.
    mutating func waitForLossProbe(from milliseconds: Int) -> Int {
        let asked = lossProbes.count
        var now = milliseconds
        while lossProbes.count == asked, ending == nil, let moment = wakeAt {
            now = max(now, Int((moment.nanoseconds + 999_999) / 1_000_000))
            handle(.timer, at: now)
        }
        return now
    }

    /// The values of the models sent to one neighbour.
    func values(sentTo node: Int) -> [[Float]] {
        sent.compactMap { if case .model(let model) = $0.message, $0.to == node { model.values } else { nil } }
    }

    /// Models sent so far, as (round, receiver).
    var models: [[Int]] {
        sent.compactMap { if case .model(let model) = $0.message { [model.round.number, $0.to] } else { nil } }
    }

    /// States sent so far, as (round, receiver).
    var states: [[Int]] {
        sent.compactMap { if case .state(let state) = $0.message { [state.round.number, $0.to] } else { nil } }
    }

    /// Requests of states sent so far, as (round, receiver).
    var stateRequests: [[Int]] {
        sent.compactMap { if case .stateRequest(let round) = $0.message { [round.number, $0.to] } else { nil } }
    }

    private mutating func interpret() -> (Round, [Float], LocalState)? {
        var step: (Round, [Float], LocalState)?
        for effect in effects {
            switch effect {
            case .send(let message, let node): sent.append((message, node.index))
            case .wake(let moment): wakeAt = moment
            case .train(let round, let model, let state): step = (round, model, state)
            case .probeLosses(let round, let models): lossProbes.append((round.number, models))
            case .trace(let line):
                traces.append(TraceInputs(round: line.round.number, senders: line.inputs.map(\.sender.index)))
                nextRounds.append(line.next.number)
            case .warn(let warning): warnings.append(warning)
            case .record(let record):
                records.append(record.rounds)
                lastRecord = record
            case .mixed(let rounds, let mix): mixes.append((rounds, mix))
            case .ownModel(let rounds, let model): ownModels.append((rounds, model))
            case .snapshot(let rounds, _): snapshots.append(rounds)
            case .save(let checkpoint): checkpoints.append(checkpoint)
            case .stop(let ending): self.ending = ending
            }
        }
        effects.removeAll()
        return step
    }
}

/// Data on which the test says what the losses are: the core asks for them, and is never answered from here.
private struct Untrained: StepOnly {
    let dimension = HandledNode.dimension
    func initialParameters() -> [Float] { [Float](repeating: 0, count: dimension) }
    func step(
        _ parameters: inout [Float], state: inout LocalState, round: Round, scratch: inout TrainingScratch
    ) -> StepReport { StepReport(loss: 0, samples: 0) }
    func stepSize(in round: Round) -> Double { 0 }
    func batchLosses(of models: [[Float]], round: Round, scratch: inout TrainingScratch) -> [Double] { [] }
}
