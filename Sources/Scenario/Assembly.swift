// Assembly: makes the nodes of an experiment from its settings and its graph. Honest nodes are told their neighbours,
// weights and budget, and nothing of who is hostile; that goes to hostile behaviours, and to the laboratory that reads
// the lists here.
public import Aggregation
public import Attacks
public import Core
public import Faults
public import Graphs
import Kernels
public import Learning
import Registry
public import Tensors
public import Wire

/// One node, ready to run.
public struct AssembledNode: Sendable {
    public let configuration: NodeConfiguration
    public let core: NodeCore
    public let trainer: LocalWork
    /// Everyone it has a link with, ascending.
    public let neighbours: [NodeID]
}

/// An experiment on its graph with its data, checked. The parts that all nodes share are made once, nodes on demand.
public struct Assembly: Sendable {
    /// As it is run: with its files found, and their digests.
    public private(set) var experiment: Experiment
    /// All edges that there are in some round.
    public let topology: Topology
    /// Which of them there are in which round, and their weights.
    public let graphs: any LinkSchedule
    /// The topology as it is run: with the eavesdropping links that the adversary asks for.
    public let topologyFile: TopologyFile
    /// SHA-256 identity of the experiment, 32 bytes.
    public let identity: [UInt8]
    /// Ascending.
    public let honest: [NodeID]
    /// Ascending; nodes with poisoned data are among them.
    public let hostile: [NodeID]
    public let objective: any Objective
    /// Elements of a model.
    public let dimension: Int
    /// What a model is made of.
    public var layout: TensorLayout { TensorLayout(of: objective) }
    /// What messages hold.
    public let channels: ChannelLayout
    /// The positions in the training part of each node's samples.
    public let parts: [[Int32]]
    /// What goes wrong on purpose, in the order of the experiment.
    public let faults: [PlannedFault]
    /// What in the graph or the experiment is probably not what was meant; one sentence each.
    public let warnings: [String]

    let view: RoundsInView
    private let validation: ValidationPart
    let architecture: any ModelArchitecture
    private let dataset: any Dataset
    private let targets: Targets
    /// The whole training part, where all nodes run in one process and share it.
    private let shared: Samples?
    private var rule: any GossipRule
    private var exchange: any Exchange
    private let settings: LocalSGD.Settings
    private var adversaries: Adversaries
    /// What nodes train on in place of their samples, where this process needs the data of all nodes: they are looked
    /// for once, and that there are none is known before the run.
    private var madeShards: [NodeID: Batch] = [:]
    /// In a twin: the one sample that is not the data's.
    private var replacement: Replacement?

    /// - Parameters:
    ///   - files: where data that are not built in are read from.
    ///   - sharesData: whether this process needs the data of all nodes: the training part is then loaded once, and a
    ///     digest that the experiment holds is checked. Otherwise a node loads the rows that are its own.
    ///   - room: what there is for the run. One that needs more is refused before any of it is asked for.
    public init(
        _ experiment: Experiment, topology file: TopologyFile, files: any DataFiles = NoDataFiles(),
        sharesData: Bool = false, room: MemoryRoom = .unbounded
    ) throws(ConfigurationFault) {
        let topology = file.topology
        var adversaries = try Adversaries(experiment, on: file)
        try MemoryNeed(
            ofGraph: GraphSize(
                nodes: topology.nodeCount, links: topology.edges.count + adversaries.tapCount(on: topology))
        ).check(room)
        let file = try file.tapped(by: adversaries.taps(on: topology))
        let dataset = try experiment.task.makeDataSource().open(files, trusting: !sharesData)
        var pinned = experiment
        if let parameters = dataset.pinned { pinned.task.dataset.parameters = parameters }
        self.topology = topology
        self.dataset = dataset
        let hostile = topology.nodes.filter(adversaries.isHostile)
        let isHostile = Set(hostile)
        self.hostile = hostile
        honest = topology.nodes.filter { !isHostile.contains($0) }
        faults = try experiment.plannedFaults(on: topology)
        rule = try experiment.aggregation.makeRule()
        exchange = try experiment.training.makeExchange()
        try experiment.checkExchange(exchange, with: rule)
        try experiment.checkMass(of: exchange, on: file)
        try experiment.checkPrivacy(with: rule)
        architecture = try experiment.task.makeModel()
        let net = try HeldNet(
            try architecture.makeObjective(for: dataset.shape), holding: experiment.training.frozen, from: files)
        objective = net.objective
        pinned.training.frozen = net.pinned
        try experiment.checkOptimum(of: architecture)
        dimension = objective.dimension
        let roundings = try adversaries.readTargets(of: TensorLayout(of: objective), besides: net.names, from: files)
        try adversaries.check(objective, shape: dataset.shape, in: experiment.training)
        try experiment.checkMeasures(attackerWants: adversaries.want, shape: dataset.shape)
        pinned.adversary = adversaries.groups.map(\.settings)
        self.adversaries = adversaries
        let channels = type(of: exchange).channels(dimension)
        let most = Limits.mostElements / channels.count
        guard dimension <= most else {
            throw ConfigurationFault(
                "a model has \(dimension) parameters for \(dataset.shape.featureCount) features and "
                    + "\(dataset.shape.targets); allowed: up to \(most)")
        }
        self.channels = ChannelLayout(channels)
        try MemoryNeed.check(
            room, for: dataset, objective, batchSize: experiment.training.batchSize,
            elements: self.channels.elementCount, on: topology)
        let start = try InitialModel(
            experiment.training.initialisation, of: TensorLayout(of: objective), besides: net.names, from: files)
        pinned.training.initialisation = start.pinned
        self.experiment = pinned
        identity = pinned.identity(topologyDigest: file.digest, datasetDigest: dataset.digest)
        settings = try LocalSGD.Settings(experiment.training, start: start.parameters)

        targets = try dataset.trainingTargets()
        shared = sharesData ? try dataset.trainingPart() : nil
        let sharers = experiment.task.over == .all ? topology.nodes : honest
        validation = ValidationPart(
            share: experiment.task.validation, of: targets.count, seed: experiment.seed)
        let basis = SplitBasis(targets, groups: try dataset.trainingGroups())
        parts = try validation.assign(basis) { basis throws(ConfigurationFault) in
            try Assembly.split(basis, among: sharers, experiment, nodeCount: topology.nodeCount)
        }
        try experiment.checkWeighting(file.weighting, isAnyoneHostile: !hostile.isEmpty)
        topologyFile = try file.weighed(by: parts.map(\.count))
        graphs = topologyFile.graphs
        exchange = try exchange.fitted(
            to: ExchangeSetting(
                dimension: dimension, nodeCount: topology.nodeCount,
                averageSamples: Double(parts.reduce(0) { $0 + $1.count }) / Double(topology.nodeCount),
                agrees: topologyFile.agrees(under: experiment, with: rule)))
        view = RoundsInView(of: graphs, steps: experiment.training.steps)
        let doubts = Warnings(
            experiment: pinned, graphs: graphs, honest: honest, isHostile: isHostile.contains, rule: rule,
            parts: parts, view: view)
        if let sentence = doubts.refusal { throw ConfigurationFault(sentence) }
        if rule.needs.contains(.hostile), experiment.aggregation.tolerates != .oracle {
            throw ConfigurationFault(
                "aggregation.rule \(experiment.aggregation.rule.kind) needs to be told who is hostile; "
                    + "aggregation.tolerates must be oracle")
        }
        warnings =
            file.warnings + [file.unusedMarks(hostile: isHostile)].compactMap(\.self) + roundings + doubts.sentences
            + [
                net.warning, start.warning, experiment.privacyWarning(of: parts.map(\.count)),
                experiment.driftWarning(on: topology, changes: !graphs.isConstant, exchange, with: rule),
            ].compactMap(\.self) + experiment.doubts(about: exchange)
        if experiment.stability.twins > 0 { _ = try exchangingNodes() }
        guard sharesData else { return }
        for node in hostile where adversaries.replacesSamples(of: node) { madeShards[node] = try shard(of: node) }
    }

    private static func split(
        _ basis: SplitBasis, among sharers: [NodeID], _ experiment: Experiment, nodeCount: Int
    ) throws(ConfigurationFault) -> [[Int32]] {
        var random = RandomStream(seed: experiment.seed, purpose: .split)
        let shares = try experiment.task.makeSplit().assign(
            basis, participants: sharers.count, atLeast: experiment.task.minimumSamples,
            key: "task.split.minimumSamples", random: &random)
        var parts = [[Int32]](repeating: [], count: nodeCount)
        for (node, share) in zip(sharers, shares) { parts[node.index] = share }
        return parts
    }

    /// What the experiment's rule promises.
    public var guarantee: Guarantee { rule.guarantee }

    /// The experiment's rule, with what comes before it.
    public var gossipRule: any GossipRule { rule }

    /// What every node is told to withstand; an oracle's word names the hostile nodes.
    public var tolerance: NodeConfiguration.Tolerance {
        experiment.tolerance(isHostile: adversaries.isHostile, among: topology.nodes)
    }

    /// Whether models travel, and not something else that a round's training comes to.
    public var sendsModels: Bool { type(of: exchange).sendsModels }

    /// Whether each node has a model of its own beside what is shared.
    public var keepsOwnModels: Bool { type(of: exchange).keepsOwnModel }

    /// How messages are told for lies by what they hold.
    public var plausibility: Plausibility? { exchange.plausibility }

    /// Whether a message holds the sender's mass.
    public var carriesMass: Bool { type(of: exchange).carriesMass }

    /// The training data of a node, as it sees it: a poisoned node sees poisoned samples.
    public func shard(of node: NodeID) throws(ConfigurationFault) -> Batch {
        let rows = parts[node.index]
        let isPoisoned = adversaries.poisons(node)
        if let replacement, replacement.node == node {
            let samples = if let shared { Batch(shared, rows: rows).picked } else { try trainingPart(of: rows) }
            return Batch(samples.replacing(replacement.position, with: replacement.sample))
        }
        if isPoisoned, let made = madeShards[node] { return made }
        if let shared, !isPoisoned { return Batch(shared, rows: rows) }
        var samples = try trainingPart(of: rows)
        guard isPoisoned else { return Batch(samples) }
        if adversaries.poisonsEmbeddings(of: node) { samples = objective.embedded(samples) }
        let poisoned = try adversaries.poisoned(samples, of: node, seed: experiment.seed)
        return Batch(adversaries.labelled(poisoned, of: node, for: objective(of: node)))
    }

    /// The loss that a node trains by on its shard: of the layers that are trained alone where the shard is of
    /// embeddings, with the same parameters.
    public func objective(of node: NodeID) -> any Objective {
        adversaries.poisonsEmbeddings(of: node) ? objective.trainedPart : objective
    }

    private func trainingPart(of rows: [Int32]) throws(ConfigurationFault) -> Samples {
        try dataset.trainingPart(rows: rows, targets: targets)
    }

    /// What the classes are called; none where there are no classes.
    public var classNames: [String] { dataset.classNames }

    /// How many samples of each class a node has, before any poison; empty where there are no classes.
    public func classCounts(of node: NodeID) -> [Int] {
        var counts = [Int](repeating: 0, count: targets.kind.classCount)
        for label in targets.picked(parts[node.index]).labels ?? [] { counts[Int(label)] += 1 }
        return counts
    }

    /// What the honest nodes are to solve together: the mean of their training losses, in which all that have data
    /// count the same, with weight decay; `nil` where nobody wants its optimum, or nobody knows it.
    public func honestProblem() throws(ConfigurationFault) -> (any ConvexProblem)? {
        guard experiment.searchesOptimum(of: architecture), honest.contains(where: { !parts[$0.index].isEmpty }) else {
            return nil
        }
        let shards = honest.map { parts[$0.index] }
        let decay = experiment.training.weightDecay
        if let shared {
            return architecture.makeProblem(on: WeightedBatch(shared, equally: shards), weightDecay: decay)
        }
        let samples = try dataset.trainingPart(rows: shards.flatMap { $0 }, targets: targets)
        var first: Int32 = 0
        let renumbered = shards.map { shard in
            defer { first += Int32(shard.count) }
            return Array(first..<first + Int32(shard.count))
        }
        return architecture.makeProblem(on: WeightedBatch(samples, equally: renumbered), weightDecay: decay)
    }

    /// The part of the data that no node holds.
    public func testPart() throws(ConfigurationFault) -> Samples { try dataset.testPart() }

    /// What is held back of the training part; `nil` where nothing is.
    public func validationPart() throws(ConfigurationFault) -> Samples? {
        guard !validation.rows.isEmpty else { return nil }
        return try dataset.trainingPart(rows: validation.rows, targets: targets)
    }

    /// The same with one thing changed, to compare with; measured by nothing more than it is compared by. Honest are
    /// the same nodes.
    public func reference(_ kind: Reference) throws(ConfigurationFault) -> Assembly {
        var assembly = self
        assembly.adversaries.areIdle = true
        if kind == .noCommunication {
            assembly.experiment.aggregation.rule = Selection(NoCommunication.self)
            assembly.experiment.aggregation.before = []
            assembly.rule = try assembly.experiment.aggregation.makeRule()
            // Nobody hands mass on.
            if carriesMass {
                assembly.experiment.training.exchange = Selection(ModelExchange.self)
                assembly.exchange = try assembly.experiment.training.makeExchange()
            }
        }
        assembly.experiment.measureAlso = []
        assembly.experiment.measureReferences = []
        assembly.experiment.stability = StabilitySettings()
        return assembly
    }

    /// The same but for one sample of an honest node, with hostile nodes as before or, where they are given, with what
    /// they sent elsewhere.
    public func twin(_ replacement: Replacement?, sending messages: [NodeID: FrozenMessages] = [:]) -> Assembly {
        precondition(replacement.map { honest.contains($0.node) } ?? true, "an honest node's sample")
        var assembly = self
        assembly.replacement = replacement
        assembly.adversaries.frozen = messages
        assembly.experiment.measureAlso = []
        assembly.experiment.measureReferences = []
        assembly.experiment.stability = StabilitySettings()
        return assembly
    }

    /// Whether hostile nodes may tell different neighbours different things in one round.
    public var equivocates: Bool { adversaries.equivocate }

    /// Whether the node forges its messages, sooner or later.
    public func forges(_ node: NodeID) -> Bool { adversaries.forges(node) }

    /// Whether the node trains on poisoned data.
    public func poisons(_ node: NodeID) -> Bool { adversaries.poisons(node) }

    /// What its gradients tell of its samples; `nil` where they are not private.
    public func privacy(of node: NodeID) throws(ConfigurationFault) -> NodePrivacy? {
        try NodePrivacy(experiment, of: node, samples: parts[node.index].count)
    }

    /// What it does to each batch.
    public func batchPoison(of node: NodeID) -> (any BatchPoison)? { adversaries.batchPoison(of: node) }

    /// For each attack that wants samples to be taken for another class: those among these, as it wants them.
    public func wanted(of samples: Samples) -> [Samples] { adversaries.wanted(of: samples) }

    /// The models that attacks want, in the order of the experiment's groups.
    public var attackTargets: [[Float]] {
        adversaries.groups.compactMap { ($0.attack as? any TargetedAttack)?.target.model(of: dimension) }
    }

    public func node(_ node: NodeID) throws(ConfigurationFault) -> AssembledNode {
        let configuration = configuration(of: node)
        let neighbours = configuration.neighbours.map(\.node)
        var settings = settings
        settings.privacy = try privacy(of: node)?.gradient
        let trainer = LocalSGD(
            objective: objective(of: node), shard: try shard(of: node), settings: settings, seed: experiment.seed,
            node: node, poison: adversaries.batchPoison(of: node), drawing: objective)
        let core = NodeCore(
            configuration, exchange: exchange, rule: rule, behaviour: behaviour(of: node, neighbours: neighbours),
            initial: trainer.initialParameters(), trainer: trainer)
        return AssembledNode(
            configuration: configuration, core: core, trainer: LocalWork(trainer, exchange: exchange),
            neighbours: neighbours)
    }

    func behaviour(of node: NodeID, neighbours: [NodeID]) -> Behaviour {
        adversaries.behaviour(of: node, neighbours: neighbours, on: graphs) { victim in
            RoundFunction(
                configuration(of: victim), exchange: exchange, rule: rule,
                trainer: LocalSGD(
                    objective: objective,
                    shard: Batch(Samples(features: [], targets: targets.picked([]), axes: dataset.shape.axes)),
                    settings: settings,
                    seed: experiment.seed, node: victim))
        }
    }

    func configuration(of node: NodeID) -> NodeConfiguration {
        let senders = graphs.everySender(of: node)
        let receivers = topology.receivers(of: node)
        let overheard = topologyFile.taps.filter { $0.target == node }.map(\.source)
        let overhearing = topologyFile.taps.filter { $0.source == node }.map(\.target)
        let peers: [NodeID] = Set(senders.map(\.node) + receivers + overheard + overhearing).sorted()
        let neighbours = peers.map { neighbour in
            let weight = senders.slot(of: neighbour, by: \.node).map { senders[$0].weight }
            return NodeConfiguration.Neighbour(
                node: neighbour, weight: weight ?? (overheard.contains(neighbour) ? 0 : nil),
                receives: receivers.contains(neighbour) || overhearing.contains(neighbour))
        }
        let tolerance = experiment.tolerance(isHostile: adversaries.isHostile, among: peers)
        let links = NodeSchedule(
            of: node,
            among: peers.map {
                NodeSchedule.Peer($0, isOverheard: overheard.contains($0), overhears: overhearing.contains($0))
            }, on: graphs)
        return NodeConfiguration(
            node: node, dimension: dimension, rounds: experiment.training.rounds, neighbours: neighbours,
            receivers: graphs.isConstant ? receivers.count : nil,
            schedule: graphs.isConstant ? nil : NodeConfiguration.Schedule(links: links, tolerance: tolerance),
            budget: tolerance.budget(among: senders), isStrict: experiment.aggregation.mode == .strict,
            cadence: experiment.training.cadence, participation: experiment.participation(under: exchange),
            exchange: type(of: exchange), pace: experiment.timing.pace, output: experiment.training.output,
            seed: experiment.seed,
            patience: experiment.timing.patience,
            measureEvery: experiment.measureEvery, handsOutMixes: experiment.handsOutMixes,
            checkpointEvery: experiment.checkpointEvery)
    }
}

extension Experiment.Timing {
    var patience: Patience {
        Patience(
            deadline: .milliseconds(deadlineMilliseconds),
            joining: joinSeconds.map { Nanoseconds(($0 * 1e9).rounded()) })
    }
}

extension Experiment {
    /// - Throws: where weights would tell who is hostile.
    func checkWeighting(_ weighting: Weighting, isAnyoneHostile: Bool) throws(ConfigurationFault) {
        guard weighting.kind.countsSamples, isAnyoneHostile, task.over == .honest else { return }
        throw ConfigurationFault(
            "task.split.over honest leaves hostile nodes without data, and the topology's weights \(weighting) give "
                + "nothing to whoever has none: everyone would know them; allowed: task.split.over all, or other "
                + "weights")
    }

    /// What a node is told to withstand. Only the oracle looks at who is hostile.
    func tolerance(isHostile: (NodeID) -> Bool, among nodes: [NodeID]) -> NodeConfiguration.Tolerance {
        switch aggregation.tolerates {
        case .count(let count): .count(count)
        case .weight(let weight): .weight(weight)
        case .oracle: .hostile(nodes.filter(isHostile))
        }
    }
}

extension Experiment.Timing {
    var pace: Pace { kind == .synchronous ? .synchronous : .asynchronous(staleness: staleness) }
}

extension LocalSGD.Settings {
    init(_ training: Experiment.Training, start: [Float]?) throws(ConfigurationFault) {
        self.init(
            batchSize: training.batchSize, localSteps: training.localSteps, momentum: try training.makeMomentum(),
            weightDecay: training.weightDecay, stepSize: try training.makeStepSize(),
            participation: training.participation, startsTogether: training.initialisation.isCommon, start: start)
        startDeviation = training.initialisation.deviation
        sampling = training.sampling
        decays = training.weightDecayForm
        clip = training.clip
        projection = try training.makeProjection()
        warmUp = training.warmUp
    }
}
