// What is held against a simulated run: the invariants, and what the same experiment comes to where less goes wrong.
// The soak and 'simulate --check' apply the same.
import Aggregation
import Attacks
import Core
import Graphs
import Kernels
import Metrics
public import Scenario
public import Simulation

/// Watches a run and judges it at its end.
public struct RunCheck {
    /// What the checks found, and which of them could be made.
    public struct Verdict: Sendable {
        public internal(set) var violations: [Violation]
        public let guaranteesChecked: Int
        /// Whether the nodes' agreement at the end was held against a run without faults.
        public internal(set) var isAgreementChecked = false
        /// Whether the time that the run took was held against a run without hostile nodes.
        public internal(set) var isPaceChecked = false
    }

    /// After the last fault so many rounds are left for the nodes to agree again.
    static let calmRounds = 15
    /// How much farther apart the honest nodes may end than in the comparison: a factor, and a share of their models.
    private static let farthest = (factor: 3.0, share: 0.1)
    /// How much longer hostile nodes may make a run: a factor, and deadlines for its start, which several hostile nodes
    /// may take from several nodes in turn. Core/PATIENCE.md tells why.
    private static let slowest = (factor: 4.0, deadlines: 10.0)
    /// Models that are longer than this grow without end by themselves, and so do their differences.
    private static let largest = 1e6

    /// Streams that were cut are made anew within some seconds, as between real machines: in more rounds than are left,
    /// perhaps. Whoever is apart until then is looked at again.
    private static let laterRounds = (time: Nanoseconds.milliseconds(4_000), most: 1_000)

    private let assembly: Assembly
    /// As they were given, and for comparisons.
    private let ownOptions: Simulator.Options
    private let options: Simulator.Options
    private let variant: ([String]) throws -> Assembly
    private var invariants: Invariants
    /// Whether an honest node has mixed so few models that its rule did not withstand what it was told to.
    private var heardTooFew = false
    /// Whether an honest node was cut off for so long that it ran through rounds alone: a graph that it was part of
    /// came together again without it, and how many rounds were left then says nothing.
    private var wentAlone = false

    /// - Parameters:
    ///   - options: of the run.
    ///   - variant: the same experiment with other settings, as after `--set`.
    public init(
        _ assembly: Assembly, options: Simulator.Options, variant: @escaping ([String]) throws -> Assembly
    ) throws {
        self.assembly = assembly
        self.variant = variant
        ownOptions = options
        self.options = Simulator.Options(latency: options.latency)
        invariants = try Invariants(assembly)
    }

    public mutating func observe(_ observation: Observation) {
        invariants.observe(observation)
        if case .record(let node, let record) = observation, record.degradedMixes > 0,
            !assembly.hostile.contains(node)
        {
            heardTooFew = true
        }
        if case .passed(let node, let milestones) = observation, milestones.contains(.wentAlone),
            !assembly.hostile.contains(node)
        {
            wentAlone = true
        }
    }

    public mutating func judge(_ result: SimulationResult) throws -> Verdict {
        invariants.end(result, deadline: deadline)
        let mayDiverge =
            try invariants.violations.contains { $0.invariant == .finite }
            && (isDriven || divergesByItself())
        let violations = invariants.violations.filter { violation in
            !(violation.invariant == .finite && mayDiverge || violation.invariant == .penalties && mayDiffer)
        }
        var verdict = Verdict(violations: violations, guaranteesChecked: invariants.guaranteesChecked)
        guard verdict.violations.isEmpty else { return verdict }
        if !wentAlone, let allowed = try allowedDistance(after: rounds), let consensus = consensus(of: result) {
            verdict.isAgreementChecked = true
            let found = Self.disagreement(consensus.distance.rootMeanSquare, allowed: allowed)
            if try !found.isEmpty && !agreeLater() { verdict.violations += found }
        }
        if let (spent, allowed) = try pace() {
            verdict.isPaceChecked = true
            if spent > allowed {
                verdict.violations.append(
                    Violation(
                        .pace, "with hostile nodes that are late the rounds take \(spent) s, allowed \(allowed) s"))
            }
        }
        return verdict
    }

    /// Whether hostile nodes may drive others out of all bounds, as they go by what these have, or as personal models
    /// are pulled to a common one in steps that grow with the distance: their rule does not withstand as many, or has
    /// heard too few to withstand them.
    private var isDriven: Bool {
        get throws {
            let isPulled = assembly.experiment.training.exchange.kind == PersonalExchange.name
            return try (goesByVictims || isPulled) && (heardTooFew || !withstandsHostile())
        }
    }

    /// Whether steps are so long that nodes diverge where nothing goes wrong.
    private func divergesByItself() throws -> Bool {
        var simulator = try Simulator(try variant(["faults=[]", "adversary=[]"]), options: options)
        return simulator.run().endings.contains { if case .diverged = $0 { true } else { false } }
    }

    /// Whether common models may be farther apart than messages are judged by, as messages are missed, or hostile nodes
    /// drive them: then those who are far are refused.
    private var mayDiffer: Bool {
        assembly.plausibility?.bound != nil && !(assembly.faults.isEmpty && assembly.hostile.isEmpty)
    }

    private var deadline: Nanoseconds { .milliseconds(assembly.experiment.timing.deadlineMilliseconds) }
    private var rounds: Int { assembly.experiment.training.rounds }

    private var modelAttacks: [any ModelAttack.Type] {
        assembly.experiment.adversary.compactMap { group in
            (try? AttackCatalog.all.entry(named: group.attack.kind)) as? any ModelAttack.Type
        }
    }

    // MARK: - Agreement

    /// - Parameter apart: the root mean square distance to the mean.
    static func disagreement(_ apart: Double, allowed: Double) -> [Violation] {
        guard !(apart <= allowed) else { return [] }
        let sentence = "the honest nodes end \(apart) apart; after isolation they would be at most \(allowed)"
        return [Violation(.consensus, sentence)]
    }

    /// How far apart the nodes may end: somewhat farther than if nobody had heard of anybody until the last fault was
    /// over, and nothing had gone wrong since. No fault can do worse than that, as long as nobody runs through rounds
    /// alone. `nil` where that says nothing.
    private func allowedDistance(after rounds: Int) throws -> Double? {
        let ends = assembly.experiment.faults.map(\.until)
        guard !ends.contains(nil), let calm = ends.compactMap({ $0 }).max(), rounds >= calm + Self.calmRounds,
            isComparable
        else { return nil }
        var checkpoints: [NodeID: Checkpoint] = [:]
        // The first rounds, in which no node hears of any other.
        let alone = try variant([
            "training.rounds=\(calm)", "aggregation.rule=noCommunication", "aggregation.before=[]", "adversary=[]",
            "faults=[]", "checkpoint.every=\(calm)", "timing.kind=synchronous",
        ])
        var options = options
        options.isWatched = true
        var isolated = try Simulator(alone, options: options)
        _ = isolated.run { if case .saved(let node, let checkpoint, _) = $0 { checkpoints[node] = checkpoint } }
        var together = try Simulator(
            try variant(["faults=[]", "training.rounds=\(rounds)"]), options: self.options
        ) { node in
            checkpoints[node].map { .resumed($0) } ?? .afresh
        }
        guard let usual = consensus(of: together.run()) else { return nil }
        let size = squaredNorm(usual.average.span).squareRoot()
        guard size <= Self.largest else { return nil }
        return Self.farthest.factor * usual.distance.rootMeanSquare + Self.farthest.share * size
    }

    /// Whether the nodes agree where the same run goes on for some more rounds.
    private func agreeLater() throws -> Bool {
        let later = (ownOptions.latency > 0 ? Int(Self.laterRounds.time / ownOptions.latency) : .max)
        let rounds = rounds + min(Self.laterRounds.most, later)
        var simulator = try Simulator(try variant(["training.rounds=\(rounds)"]), options: ownOptions)
        guard let allowed = try allowedDistance(after: rounds) else { return true }
        guard let consensus = consensus(of: simulator.run()) else { return false }
        return Self.disagreement(consensus.distance.rootMeanSquare, allowed: allowed).isEmpty
    }

    /// Whether agreement is to be expected: models travel, without masses that get lost or trackers, which sum to the
    /// gradients only where none is missed, over a graph that stays; no round depends on chance, nobody forges models
    /// (no rule promises that honest nodes agree whatever the graph), and wherever each honest node ignores as many
    /// honest neighbours as it tolerates hostile nodes, the graph still holds together: where μ₂ exceeds twice that
    /// number, every part of at most half of the nodes has one with more neighbours outside ((f+1)-robust: LeBlanc,
    /// Zhang, Koutsoukos, Sundaram, JSAC 2013). Two kinds of rules are left out, as they may keep groups of nodes apart
    /// even where nobody is hostile: LFighter, which drops one of two groups, and rules that go by losses, which leave
    /// out whoever learns from other data.
    private var isComparable: Bool {
        let experiment = assembly.experiment
        let rule = try? RuleCatalog.gossip.entry(named: experiment.aggregation.rule.kind)
        guard assembly.sendsModels, !assembly.carriesMass, assembly.graphs.isConstant,
            experiment.training.exchange.kind != TrackingExchange.name, experiment.timing.kind == .synchronous,
            experiment.aggregation.rule.kind != LFighter.name, !(rule is any LossAwareRule.Type),
            !modelAttacks.contains(where: { $0.forgesModels }),
            case .count(let tolerated) = experiment.aggregation.tolerates, !assembly.topology.directed
        else { return false }
        let spectrum = LaplacianSpectrum(of: assembly.topology, among: assembly.honest)
        return spectrum.connectivity > 2 * Double(tolerated) + 1e-9
    }

    private func consensus(of result: SimulationResult) -> Consensus? {
        let models = assembly.honest.compactMap { node -> [Float]? in
            if case .finished(let model) = result.endings[node.index] { model } else { nil }
        }
        return models.isEmpty ? nil : Consensus(models)
    }

    // MARK: - Pace

    /// In seconds of virtual time what the honest nodes need where hostile nodes are late and nothing else goes wrong,
    /// and what they may need: where nobody is hostile, models are exchanged once a latency. `nil` where nobody is
    /// late, more are than are tolerated, or neighbours are not the same in every round.
    private func pace() throws -> (spent: Double, allowed: Double)? {
        guard assembly.experiment.timing.kind == .synchronous, assembly.graphs.isConstant, !modelAttacks.isEmpty,
            !modelAttacks.contains(where: { $0.forgesModels }), try hostileAreTolerated()
        else { return nil }
        let training = assembly.experiment.training
        let usual = Double(rounds * training.gossipSteps / training.mixEvery) * Double(options.latency)
        let allowed = Self.slowest.factor * usual + Self.slowest.deadlines * Double(deadline)
        return (try seconds(try variant(["faults=[]"])), allowed / 1e9)
    }

    /// Whether an attack makes what it sends of what others have, so that a push grows with what it has come to.
    private var goesByVictims: Bool {
        assembly.experiment.adversary.contains { group in
            let attack = try? AttackCatalog.all.entry(named: group.attack.kind).init(group.attack.parameters)
            return (attack as? any ModelAttack).map { $0.knowledge > .own } ?? false
        }
    }

    /// Whether every honest node is told to withstand as many as lie to it, by a rule that promises anything, and most
    /// of its neighbours are honest, in every step: some rules judge these alone, and without a majority have nothing
    /// to go by.
    private func withstandsHostile() throws -> Bool {
        guard assembly.guarantee != .none else { return false }
        return try assembly.honest.allSatisfy { node in
            let configuration = try assembly.node(node).configuration
            let steps = configuration.changes ? configuration.steps : 1
            return (0..<steps).allSatisfy { step in
                let neighbourhood = configuration.roundNeighbourhood(in: Round(step))
                let senders = neighbourhood.links.members.filter { $0.weight ?? 0 > 0 }
                let hostile = senders.count {
                    assembly.hostile.contains(configuration.neighbours[$0.slot].node)
                }
                return hostile == 0
                    || hostile <= neighbourhood.budget.count && 2 * hostile < senders.count
                        && assembly.gossipRule.withstands(
                            neighbourhood.budget, among: senders.map { $0.weight ?? 0 })
            }
        }
    }

    private func hostileAreTolerated() throws -> Bool {
        try assembly.honest.allSatisfy { node in
            let configuration = try assembly.node(node).configuration
            let hostile = configuration.neighbours.count { assembly.hostile.contains($0.node) && $0.weight ?? 0 > 0 }
            return hostile <= configuration.suspects
        }
    }

    private func seconds(_ variant: Assembly) throws -> Double {
        var simulator = try Simulator(variant, options: options)
        let result = simulator.run()
        let ends = assembly.honest.map { result.endedAt[$0.index]?.nanoseconds ?? result.virtualNanoseconds }
        return Double(ends.max() ?? 0) / 1e9
    }
}
