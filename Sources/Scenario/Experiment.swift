// An experiment with every default filled in. What each key means and allows is in ExperimentSchema, not here.
import Aggregation
import Attacks
import Core
import Faults
import Learning
import Registry

/// Everything that decides what a run computes, and how it is watched.
public struct Experiment: Sendable, Equatable {
    public var name = "experiment"
    public var seed: UInt64 = 1
    public var topology = TopologySource.standard
    public var task = Task()
    public var training = Training()
    public var timing = Timing()
    public var aggregation = Aggregation()
    public var adversary: [AdversaryGroup] = []
    public var faults: [FaultSettings] = []
    public var transport = Transport.tcp
    /// A checkpoint every so many rounds; 0 for none.
    public var checkpointEvery = 50
    /// A record and a snapshot every so many rounds; 0 for none but the last.
    public var measureEvery = 10
    public var measureOptimum = OptimumSearch.auto
    public var measureAlso: [ExtraMeasure] = []
    /// An accuracy that the nodes are to reach; `nil` for none.
    public var measureTarget: Double?
    public var measureReferences: [Reference] = []
    public var trace = TraceKeeping.full

    public init() {}

    public struct Task: Sendable, Equatable {
        public var dataset = Selection(Digits.self)
        public var split = Selection(DirichletSplit.self)
        public var over = DataHolders.all
        /// Every node that gets a share gets so many; the split is drawn again until it is so.
        public var minimumSamples = 0
        public var model = Selection(SoftmaxRegression.self)
        /// Share of the training part that no node gets.
        public var validation = 0.0
    }

    public struct Training: Sendable, Equatable {
        public var rounds = 200
        public var batchSize = 32
        public var sampling = Sampling.independent
        public var stepSize = Selection(InverseSquareRootStep.self, [("value", .number(0.9))])
        public var warmUp = 0
        public var momentum = Selection(AverageMomentum.self)
        public var localSteps = 1
        public var weightDecay = 1e-4
        public var weightDecayForm = WeightDecay.coupled
        /// `nil` for none.
        public var clip: Double?
        public var privacy = Privacy()
        public var projection = Selection(NoProjection.self)
        public var exchange = Selection(ModelExchange.self)
        public var participation = 1.0
        public var mixEvery = 1
        public var gossipSteps = 1
        public var initialisation = Initialisation.same
        public var frozen: FrozenLayers?
        public var output = Output.last
    }

    public struct Timing: Sendable, Equatable {
        public var kind = TimingKind.synchronous
        public var deadlineMilliseconds = 5000
        /// `nil`: as long as a neighbour in one round, or where nobody has started all nodes at once, a minute.
        public var joinSeconds: Double?
        /// Own rounds for which an asynchronous node goes on using a model.
        public var staleness = 10
        /// Mean virtual time of a local step of an asynchronous node in the simulator.
        public var stepMilliseconds = 10.0
        /// How far nodes and steps are from that mean, as a share of it.
        public var stepSpread = 0.5
    }

    public struct Aggregation: Sendable, Equatable {
        public var rule = Selection(ClippedSumPlus.self)
        /// What comes before it, in this order.
        public var before: [Selection] = []
        public var tolerates = Tolerance.count(1)
        public var mode = Shortage.degrade
    }
}

/// Which nodes the training data is shared out to.
public enum DataHolders: String, Sendable, CaseIterable { case all, honest }

/// What becomes of a node with too few neighbours for what it tolerates.
public enum Shortage: String, Sendable, CaseIterable { case degrade, strict }

/// How the rounds of different nodes go together.
public enum TimingKind: String, Sendable, CaseIterable { case synchronous, asynchronous }

/// Whether models are compared with the optimum of the honest training problem.
public enum OptimumSearch: String, Sendable, CaseIterable {
    /// Where there is a formula for it.
    case auto
    /// Where it must be searched for, too.
    case solve
    case none
}

/// What carries frames between processes.
public enum Transport: String, Sendable, CaseIterable { case tcp, udp }

/// How much of its trace a node keeps.
public enum TraceKeeping: String, Sendable, CaseIterable {
    /// All, as a replay needs it.
    case full
    /// What it needs to come back, and a little more.
    case recent
}

/// What a hostile node may overhear beside its own links.
public enum Taps: String, Sendable, CaseIterable {
    case none
    /// The honest neighbours of the nodes it attacks.
    case victims
    /// Every honest node.
    case honest
}

/// Nodes that attack in one way.
public struct AdversaryGroup: Sendable, Equatable {
    public var nodes = GroupNodes()
    public var attack = Selection(SignFlip.self)
    /// The first round of the attack.
    public var from = 0
    /// The first round after the attack; `nil`: it lasts to the end.
    public var until: Int?
    /// Chance of attacking in each of those rounds.
    public var probability = 1.0
    /// All members send one and the same vector to everyone.
    public var collude = false
    public var taps = Taps.none

    public init() {}
}

/// Something that goes wrong on purpose.
public struct FaultSettings: Sendable, Equatable {
    public var fault = Selection(Loss.self)
    /// The first round of the fault.
    public var from = 0
    /// The first round after it; `nil`: it never ends.
    public var until: Int?
    /// Labels of the nodes struck; none: a share of all.
    public var nodes = NodeLabels()
    /// Share of the nodes struck where none are named; `nil`: what is usual for the fault.
    public var share: Double?
    /// The links struck, as pairs of labels; none: all that touch a struck node.
    public var edges: [NodeLabels] = []

    public init() {}
}

// What the selections stand for. They were tried out when they were read, so these throw only if a catalogue changed.
extension Experiment.Task {
    func makeDataSource() throws(ConfigurationFault) -> any DataSource {
        try DatasetCatalog.all.entry(named: dataset.kind).init(dataset.parameters)
    }

    func makeSplit() throws(ConfigurationFault) -> any Split {
        try SplitCatalog.all.entry(named: split.kind).init(split.parameters)
    }

    func makeModel() throws(ConfigurationFault) -> any ModelArchitecture {
        try ModelCatalog.all.entry(named: model.kind).init(model.parameters)
    }
}

extension Experiment.Training {
    func makeStepSize() throws(ConfigurationFault) -> any StepSize {
        try StepSizeCatalog.all.entry(named: stepSize.kind).init(stepSize.parameters)
    }

    func makeMomentum() throws(ConfigurationFault) -> any Momentum {
        try MomentumCatalog.all.entry(named: momentum.kind).init(momentum.parameters)
    }

    func makeProjection() throws(ConfigurationFault) -> any Projection {
        try ProjectionCatalog.all.entry(named: projection.kind).init(projection.parameters)
    }
}

extension Experiment.Aggregation {
    func makeRule() throws(ConfigurationFault) -> any GossipRule {
        let made = try RuleCatalog.gossip.entry(named: rule.kind).init(rule.parameters)
        guard !before.isEmpty else { return made }
        guard var judge = made as? any NeighbourhoodRule else {
            throw ConfigurationFault(
                "aggregation.before goes with rules that judge a set of models; \(rule.kind) starts from the own one")
        }
        for step in before {
            judge.before.append(try RuleCatalog.preAggregations.entry(named: step.kind).init(step.parameters))
        }
        return judge
    }
}

extension AdversaryGroup {
    func makeAttack() throws(ConfigurationFault) -> any Attack {
        try AttackCatalog.all.entry(named: attack.kind).init(attack.parameters)
    }
}

extension GroupNodes {
    func makePlacement() throws(ConfigurationFault) -> (any Placement)? {
        try placement.map { placement throws(ConfigurationFault) in
            try PlacementCatalog.all.entry(named: placement.kind).init(placement.parameters)
        }
    }
}

extension FaultSettings {
    func makeFault() throws(ConfigurationFault) -> any Fault {
        try FaultCatalog.all.entry(named: fault.kind).init(fault.parameters)
    }
}
