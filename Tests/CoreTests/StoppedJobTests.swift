// A job whose nodes are warned at moments of their own: what they leave, and where the job that is started again comes
// to.
import Aggregation
import Attacks
import Kernels
import Learning
import Testing
import Wire

@testable import Core

@Suite("A job that is warned")
struct StoppedJobTests {
    /// What differs between jobs.
    enum Kind: String, CaseIterable {
        case plain, localRounds, gossipSteps, updates, hostile
    }

    static let nodes = 6
    static let rounds = 9

    /// What nodes come to where nobody is warned.
    private static func undisturbed(_ kind: Kind) -> [[Float]?] {
        var job = Job(kind, starts: nil, seed: 0)
        job.run()
        return job.models
    }

    private static func expectSame(_ kind: Kind, _ job: Job, _ expected: [[Float]?], _ comment: Comment) {
        let honest = (0..<nodes).filter { kind != .hostile || $0 != Job.hostile }
        #expect(honest.allSatisfy { expected[$0] != nil && job.models[$0] == expected[$0] }, comment)
    }

    @Test(
        "all are warned, twice, each when it likes: all leave a checkpoint, and come to the undisturbed models",
        arguments: Kind.allCases)
    func law(kind: Kind) throws {
        let expected = Self.undisturbed(kind)
        var (open, closed, apart, differing) = (0, 0, 0, 0)
        for seed in 1...25 {
            var job = Job(kind, starts: nil, seed: seed)
            job.warnAll(within: 300)
            job.run()
            let left = job.left
            open += left.count { $0?.openRound != nil }
            closed += left.count { $0 != nil && $0?.openRound == nil }
            if Set(left.map { [$0?.rounds, $0?.openRound?.step.number] }).count > 1 { apart += 1 }
            for node in 0..<Self.nodes {
                #expect(left[node]?.stops == 1 || job.hasFinished(node), "\(kind) seed \(seed): node \(node)")
            }

            var forgetful = Job(
                kind, starts: left.map { $0.map { Self.withoutHeard($0) } }, models: job.models, seed: seed)
            forgetful.run()
            if forgetful.models != expected { differing += 1 }

            var again = Job(kind, starts: left, models: job.models, seed: 100 + seed)
            again.warnAll(within: 150)
            again.run()
            let later = zip(again.left, left).map { $0 ?? $1 }
            for node in 0..<Self.nodes {
                #expect(again.left[node]?.stops == 2 || again.hasFinished(node), "\(kind) seed \(seed): node \(node)")
            }
            // Where all have finished there is nothing to go on with.
            var last = Job(kind, starts: later, models: again.models, seed: 200 + seed)
            last.run()
            Self.expectSame(kind, last, expected, "\(kind) seed \(seed)")
        }
        #expect(open > 10 && closed > 10 && apart > 5, "\(kind): \(open) open, \(closed) closed, \(apart) apart")
        #expect(differing > 0, "without what was heard some come to other models")
    }

    @Test("where only some are warned, those leave a checkpoint, and the others go on to the end")
    func some() {
        for seed in 1...10 {
            var job = Job(.plain, starts: nil, seed: seed)
            let warned = job.warnAll(within: 10, count: 2)
            job.run()
            for node in 0..<Self.nodes where warned.contains(node) {
                #expect(job.left[node] != nil || job.hasFinished(node), "seed \(seed)")
            }
            for node in 0..<Self.nodes where !warned.contains(node) { #expect(job.hasFinished(node), "seed \(seed)") }
        }
    }

    private static func withoutHeard(_ checkpoint: Checkpoint) -> Checkpoint {
        var checkpoint = checkpoint
        checkpoint.openRound?.heard = []
        return checkpoint
    }
}

/// Nodes on a ring with chords in virtual time, with links that keep the order of what is sent.
private struct Job {
    static let dimension = 3
    static let hostile = 4
    private static let identity = [UInt8](repeating: 7, count: 32)

    private struct Happening {
        let time: Instant
        let node: Int
        let event: NodeEvent
    }

    private let kind: StoppedJobTests.Kind
    private var cores: [NodeCore] = []
    private var workspaces: [Workspace] = []
    private var random: RandomStream
    private var happenings: [Happening] = []
    private var wakeAt: [Instant?]
    private var sentUntil: [[Instant]]
    private(set) var models: [[Float]?]
    /// What each node left at its stop.
    private(set) var left: [Checkpoint?]

    private static var count: Int { StoppedJobTests.nodes }

    private static func neighbours(of node: Int) -> [NodeID] {
        [1, 2, count - 2, count - 1].map { NodeID((node + $0) % count) }.sorted()
    }

    /// - Parameters:
    ///   - starts: checkpoints to go on from; a node that has none but a model does not run any more.
    ///   - models: of nodes that have finished before.
    init(_ kind: StoppedJobTests.Kind, starts: [Checkpoint?]?, models: [[Float]?]? = nil, seed: Int) {
        self.kind = kind
        random = RandomStream(seed: UInt64(seed), purpose: .faults)
        wakeAt = Array(repeating: nil, count: Self.count)
        sentUntil = Array(repeating: Array(repeating: .longAgo, count: Self.count), count: Self.count)
        left = Array(repeating: nil, count: Self.count)
        self.models = models ?? Array(repeating: nil, count: Self.count)
        cores = (0..<Self.count).map { Self.core($0, kind) }
        workspaces = cores.map { _ in Workspace(dimension: Self.dimension, degree: 4) }
        var begins: [Instant?] = []
        for node in 0..<Self.count {
            let runs = self.models[node] == nil
            begins.append(runs ? milliseconds(upTo: 40) : nil)
            guard let begin = begins[node] else { continue }
            var start = NodeStart.afresh
            if let checkpoint = starts?[node] {
                // By way of its bytes, as a process would.
                let bytes = checkpoint.encoded(node: NodeID(node), experiment: Self.identity)
                let read = try? Checkpoint(
                    encoded: bytes, node: NodeID(node), experiment: Self.identity, channels: cores[node].shared)
                #expect(read == checkpoint && checkpoint.fits(cores[node].configuration))
                start = .resumed(checkpoint)
            }
            add(.started(start), to: node, at: begin)
        }
        for node in 0..<Self.count {
            for peer in Self.neighbours(of: node) where peer.index > node {
                guard let one = begins[node], let other = begins[peer.index] else { continue }
                let moment = max(one, other) + .milliseconds(1)
                add(.linkUp(peer, incarnation: 1), to: node, at: moment)
                add(.linkUp(NodeID(node), incarnation: 1), to: peer.index, at: moment)
            }
        }
    }

    private static func core(_ node: Int, _ kind: StoppedJobTests.Kind) -> NodeCore {
        let cadence =
            switch kind {
            case .localRounds: Cadence(mixEvery: 3)
            case .gossipSteps: Cadence(gossipSteps: 3)
            case .plain, .updates, .hostile: Cadence()
            }
        let configuration = NodeConfiguration(
            node: NodeID(node), dimension: dimension, rounds: StoppedJobTests.rounds,
            neighbours: neighbours(of: node).map { .init(node: $0, weight: 0.2, receives: true) },
            budget: Budget(count: kind == .hostile ? 1 : 0, weight: kind == .hostile ? 0.2 : 0), cadence: cadence,
            seed: 1)
        var behaviour = Behaviour.honest
        if kind == .hostile, node == hostile {
            behaviour = .hostile(
                Adversary(
                    attack: GaussianNoise(.defaults(GaussianNoise.parameters)), allies: [],
                    rounds: 0..<StoppedJobTests.rounds, probability: 1, collusion: nil))
        }
        let exchange: any Exchange =
            kind == .updates ? UpdateExchange(.defaults(UpdateExchange.parameters)) : ModelExchange()
        return NodeCore(
            configuration, exchange: exchange, rule: WeightedMean(.defaults(WeightedMean.parameters)),
            behaviour: behaviour,
            initial: [Float](repeating: 1, count: dimension))
    }

    private mutating func milliseconds(upTo most: Int) -> Instant {
        Instant(nanoseconds: .milliseconds(Int(random.next() % UInt64(most + 1))))
    }

    private mutating func add(_ event: NodeEvent, to node: Int, at time: Instant) {
        // After all of the same moment.
        let place = happenings.firstIndex { $0.time > time } ?? happenings.count
        happenings.insert(Happening(time: time, node: node, event: event), at: place)
    }

    /// Warns nodes one after the other, from a random moment on.
    ///
    /// - Returns: which.
    @discardableResult
    mutating func warnAll(within spread: Int, count: Int = Self.count) -> [Int] {
        // After all have started.
        let begin = milliseconds(upTo: 250) + .milliseconds(41)
        var warned = Array(0..<Self.count)
        while warned.count > count { warned.remove(at: Int(random.next() % UInt64(warned.count))) }
        for node in warned {
            let after = milliseconds(upTo: spread).nanoseconds
            add(.stopAfterRound, to: node, at: begin + after)
        }
        return warned
    }

    func hasFinished(_ node: Int) -> Bool { models[node] != nil }

    mutating func run() {
        for _ in 0..<100_000 {
            let timer = wakeAt.indices.compactMap { node in wakeAt[node].map { (time: $0, node: node) } }
                .min { $0.time < $1.time }
            if let timer, happenings.first.map({ timer.time < $0.time }) ?? true {
                wakeAt[timer.node] = nil
                handle(.timer, by: timer.node, at: timer.time)
            } else if !happenings.isEmpty {
                let next = happenings.removeFirst()
                handle(next.event, by: next.node, at: next.time)
            } else {
                return
            }
        }
        Issue.record("it does not come to an end")
    }

    private mutating func handle(_ event: NodeEvent, by node: Int, at now: Instant) {
        var effects: [NodeEffect] = []
        cores[node].handle(event, at: now, using: &workspaces[node], into: &effects)
        for effect in effects {
            switch effect {
            case .send(let message, let receiver): send(message, from: node, to: receiver.index, at: now)
            case .wake(let moment): wakeAt[node] = max(moment, now)
            case .train(let round, let model, let kept):
                let (sent, kept) = train(model, kept, node, round)
                add(
                    .trained(round, sent, kept, StepReport(loss: 0, samples: 1)), to: node,
                    at: now + milliseconds(upTo: 25).nanoseconds)
            case .save(let checkpoint): left[node] = checkpoint
            case .stop(let ending):
                wakeAt[node] = nil
                if case .finished(let model) = ending { models[node] = model }
            case .probeLosses, .trace, .warn, .record, .mixed, .ownModel, .snapshot: break
            }
        }
    }

    private mutating func send(_ message: Message, from node: Int, to receiver: Int, at now: Instant) {
        let arrival = max(sentUntil[node][receiver], now + .milliseconds(1) + milliseconds(upTo: 15).nanoseconds)
        sentUntil[node][receiver] = arrival
        add(.received(message, from: NodeID(node)), to: receiver, at: arrival)
    }

    /// A step with momentum, of gradients that depend on node and round.
    private func train(_ model: [Float], _ kept: LocalState, _ node: Int, _ round: Round) -> ([Float], LocalState) {
        var momentum = kept.vectors.first?.values ?? [Float](repeating: 0, count: Self.dimension)
        var next = model
        for place in next.indices {
            let pull = Float((node * 7 + round.number * 3 + place * 5) % 11) - 5
            momentum[place] = 0.9 * momentum[place] + 0.1 * (model[place] - pull)
            next[place] = kind == .updates ? -0.3 * momentum[place] : model[place] - 0.3 * momentum[place]
        }
        return (next, LocalState([NamedVector("momentum", momentum)]))
    }
}
