// The adversary groups of an experiment on its topology: who is hostile, and how each hostile node behaves. What their
// attacks must know is checked in Adversaries+Knowledge.
import Attacks
import Core
import Graphs
import Learning
import Kernels
import Registry
import Tensors

/// The hostile nodes, resolved and checked.
struct Adversaries: Sendable {
    enum Conduct {
        case forges(any ModelAttack)
        /// Follows the protocol with poisoned data, and so is honest in all that it sends and waits for.
        case poisons(any DataAttack)
    }

    struct Group: Sendable {
        fileprivate(set) var conduct: Conduct
        /// Ascending.
        let members: [NodeID]
        /// With the nodes that were chosen, and the digests of files that were read.
        fileprivate(set) var settings: AdversaryGroup

        var attack: any Attack {
            switch conduct {
            case .forges(let attack): attack
            case .poisons(let attack): attack
            }
        }
    }

    private(set) var groups: [Group] = []
    /// For each node its positions in `groups`: at most one that forges, and one that poisons.
    private var groupsOfNode: [(forging: Int?, poisoning: Int?)]
    private let rounds: Int
    private let gossipSteps: Int
    /// Whether the hostile nodes do nothing but follow the protocol, with clean data.
    var areIdle = false
    /// What nodes send in place of forgeries, where they are to send what they sent in another run.
    var frozen: [NodeID: FrozenMessages] = [:]

    init(_ experiment: Experiment, on file: TopologyFile) throws(ConfigurationFault) {
        let topology = file.topology
        groupsOfNode = Array(repeating: (nil, nil), count: topology.nodeCount)
        rounds = experiment.training.rounds
        gossipSteps = experiment.training.gossipSteps
        for (index, settings) in experiment.adversary.enumerated() {
            do throws(ConfigurationFault) {
                try add(settings, key: "adversary.\(index)", on: file, of: experiment)
            } catch {
                throw error.located(at: settings.nodes.place)
            }
        }
        guard groupsOfNode.contains(where: { $0.forging == nil && $0.poisoning == nil }) else {
            throw ConfigurationFault("all \(topology.nodeCount) nodes are hostile; allowed: all but one")
        }
        try checkMajority(of: experiment, on: topology)
        try checkKnowledge(on: topology, of: experiment, isConstant: file.graphs.isConstant)
    }

    private mutating func add(
        _ given: AdversaryGroup, key: String, on file: TopologyFile, of experiment: Experiment
    ) throws(ConfigurationFault) {
        var settings = given
        settings.nodes = try placed(given.nodes, key: "\(key).nodes", on: file, seed: experiment.seed)
        guard !settings.nodes.labels.isEmpty else {
            throw ConfigurationFault(.missing(key: "\(key).nodes", expected: "at least one node label"))
        }
        let last = min(settings.until ?? rounds, rounds)
        guard last > 0 else {
            throw ConfigurationFault(.notAllowed(key: "\(key).until", given: "0", allowed: "a round after from"))
        }
        guard settings.from < last else {
            throw ConfigurationFault(
                .notAllowed(key: "\(key).from", given: "\(settings.from)", allowed: "a round before \(last)"))
        }
        let conduct = try Adversaries.conduct(settings, key: key)
        if case .poisons = conduct, experiment.task.over == .honest {
            throw ConfigurationFault(
                "\(key).attack \(settings.attack.kind) needs data to poison; task.split.over must be all")
        }
        if case .forges(let attack) = conduct, type(of: attack).needsCommonModel {
            try Adversaries.checkCommonModel(settings.attack.kind, key: key, in: experiment.training)
        }
        let members = try claim(settings.nodes.labels, for: conduct, key: "\(key).nodes", on: file.topology)
        if case .forges(let attack) = conduct, settings.collude {
            try Adversaries.checkCollusion(
                of: members.count, in: attack, settings, key: key, timing: experiment.timing.kind)
        }
        groups.append(Group(conduct: conduct, members: members, settings: settings))
    }

    /// The nodes with the labels of those that their placement chooses among the nodes in no earlier group.
    private func placed(
        _ nodes: GroupNodes, key: String, on file: TopologyFile, seed: UInt64
    ) throws(ConfigurationFault) -> GroupNodes {
        guard let placement = try nodes.makePlacement() else { return nodes }
        let taken = file.topology.nodes.filter(isHostile)
        let site = Site(file.graphs, taken: taken, marked: file.marked)
        if let count = placement.count, count > site.free.count {
            throw ConfigurationFault(
                .notAllowed(
                    key: "\(key).count", given: "\(count)",
                    allowed: "at most \(site.free.count), the nodes in no earlier group"))
        }
        var random = RandomStream(seed: seed, purpose: .placement, round: Round(groups.count))
        let labels = try placement.choose(on: site, random: &random).map { file.topology.labels[$0.index] }
        guard nodes.labels.isEmpty || nodes.labels == labels else {
            throw ConfigurationFault(
                "\(key).chosen is \(nodes.labels.joined(separator: ", ")), and here the placement chooses "
                    + "\(labels.joined(separator: ", ")); leave chosen out")
        }
        return nodes.choosing(labels)
    }

    /// Whoever places nodes by number must leave most of them honest, where the rule goes by that.
    private func checkMajority(of experiment: Experiment, on topology: Topology) throws(ConfigurationFault) {
        let count = topology.nodes.count(where: isHostile)
        guard 2 * count >= topology.nodeCount, groups.contains(where: { $0.settings.nodes.placement != nil }) else {
            return
        }
        let promise = try experiment.aggregation.makeRule().guarantee
        guard promise != .none, promise != .isolation else { return }
        throw ConfigurationFault(
            "\(count) of \(topology.nodeCount) nodes are hostile as placed, and aggregation.rule "
                + "\(experiment.aggregation.rule.kind) promises something among an honest majority only; allowed: "
                + "fewer than half, or the nodes listed one by one",
            at: groups.first { $0.settings.nodes.placement != nil }?.settings.nodes.place ?? "")
    }

    /// The nodes of these labels, ascending, taken into the group to be added next.
    private mutating func claim(
        _ labels: [String], for conduct: Conduct, key: String, on topology: Topology
    ) throws(ConfigurationFault) -> [NodeID] {
        var members: [NodeID] = []
        for label in labels {
            guard let node = topology.node(labelled: label) else {
                let name = topology.name.isEmpty ? "the topology" : "the topology \(topology.name)"
                throw ConfigurationFault(
                    .unknown(noun: "node of \(name) in \(key)", given: label, known: topology.labels))
            }
            let earlier = groupsOfNode[node.index]
            let isTaken: Bool
            switch conduct {
            case .forges:
                isTaken = earlier.forging != nil
                groupsOfNode[node.index].forging = groups.count
            case .poisons:
                isTaken = earlier.poisoning != nil
                groupsOfNode[node.index].poisoning = groups.count
            }
            guard !isTaken else {
                throw ConfigurationFault(
                    "\(key) names '\(label)', which is hostile already; allowed: once, or once to forge and once to "
                        + "poison data")
            }
            members.append(node)
        }
        return members.sorted()
    }

    private static func conduct(_ settings: AdversaryGroup, key: String) throws(ConfigurationFault) -> Conduct {
        let attack = try settings.makeAttack()
        if let forging = attack as? any ModelAttack { return .forges(forging) }
        guard let poisoning = attack as? any DataAttack else {
            preconditionFailure("\(settings.attack.kind) is neither an attack on messages nor one on data")
        }
        guard settings.from == 0, settings.until == nil, settings.probability == 1, !settings.collude else {
            throw ConfigurationFault(
                "\(key).attack \(settings.attack.kind) poisons the data once and for all; "
                    + "from, until, probability and collude do not apply to it")
        }
        return .poisons(poisoning)
    }

    /// Attacks on the common model know the training by which it is learned, one gossip step a round.
    private static func checkCommonModel(
        _ kind: String, key: String, in training: Experiment.Training
    ) throws(ConfigurationFault) {
        guard training.exchange.kind == PersonalExchange.name else {
            throw ConfigurationFault(
                "\(key).attack \(kind) is on the common model of personalised learning; training.exchange must be "
                    + "\(PersonalExchange.name) (cga is on models that are all alike)")
        }
    }

    /// One vector from all members: that takes an attack that goes by nothing but what all of them know.
    private static func checkCollusion(
        of members: Int, in attack: any ModelAttack, _ settings: AdversaryGroup, key: String,
        timing: TimingKind
    ) throws(ConfigurationFault) {
        let kind = settings.attack.kind
        func refuse(_ reason: String) -> ConfigurationFault {
            ConfigurationFault(.notAllowed(key: "\(key).collude", given: "true", allowed: "false \(reason)"))
        }
        guard !attack.needs.contains(.victim) else {
            throw refuse("for \(kind), which tells every victim something else")
        }
        guard members > 1 else { return }
        guard attack.needs.isDisjoint(with: [.own, .before, .past]) else {
            throw refuse("for \(kind) with these parameters, where each member sends what is made of its own model")
        }
        guard attack.needs.contains(.heard) else { return }
        guard timing == .synchronous else {
            throw refuse("for \(kind) where timing.kind is asynchronous, and members hear models of different rounds")
        }
        guard settings.taps == .honest else {
            throw ConfigurationFault(
                .notAllowed(
                    key: "\(key).taps", given: settings.taps.rawValue,
                    allowed: "honest with collude, so that all members go by the same models in \(kind)"))
        }
    }

    /// Whether any group may tell different neighbours different things in one round.
    var equivocate: Bool {
        groups.contains { group in
            if case .forges(let attack) = group.conduct { attack.equivocates && !group.settings.collude } else { false }
        }
    }

    func isHostile(_ node: NodeID) -> Bool { forges(node) || groupsOfNode[node.index].poisoning != nil }

    /// Whether the node forges its messages, sooner or later.
    func forges(_ node: NodeID) -> Bool { groupsOfNode[node.index].forging != nil }

    /// Whether the node trains on poisoned data.
    func poisons(_ node: NodeID) -> Bool { !areIdle && groupsOfNode[node.index].poisoning != nil }

    /// Refuses attacks that do not go with the model, the data or how batches are drawn of them.
    ///
    /// - Parameter objective: on samples of the shape.
    func check(
        _ objective: any Objective, shape: SampleShape, in training: Experiment.Training
    ) throws(ConfigurationFault) {
        for group in groups {
            switch group.conduct {
            case .forges(let attack): try attack.check(dimension: objective.dimension)
            case .poisons(let attack):
                let embeds = type(of: attack).poisonsEmbeddings
                try attack.check(
                    embeds ? objective.shapeOfEmbeddings(of: shape) : shape, dimension: objective.dimension)
                try attack.check(dimension: objective.dimension)
                try attack.check(objective)
                try Adversaries.checkWeights(attack, in: training)
            }
        }
    }

    private static func checkWeights(
        _ attack: any DataAttack, in training: Experiment.Training
    ) throws(ConfigurationFault) {
        guard attack.weighsSamples else { return }
        let name = type(of: attack).name
        guard !training.privacy.isOn else {
            throw ConfigurationFault(
                "the attack \(name) has samples that count differently, and training.privacy.clip lets none do so; "
                    + "allowed: a weight of 1, or no privacy")
        }
        guard training.sampling != .window else {
            throw ConfigurationFault(
                "the attack \(name) has samples that count differently, and training.sampling window draws each as "
                    + "often as any other; allowed: a weight of 1, or independent")
        }
    }

    /// Whether what the node trains on are embeddings.
    func poisonsEmbeddings(of node: NodeID) -> Bool {
        poison(of: node).map { type(of: $0.attack).poisonsEmbeddings } ?? false
    }

    /// Reads the models that attacks want from their files.
    ///
    /// - Returns: what was done to the numbers, one sentence each.
    mutating func readTargets(
        of layout: TensorLayout, besides others: [String], from files: any DataFiles
    ) throws(ConfigurationFault) -> [String] {
        var warnings: [String] = []
        for index in groups.indices {
            guard var attack = groups[index].attack as? any TargetedAttack, let file = attack.target.file else {
                continue
            }
            let (tensors, pinned) = try TensorSource(file).read(from: files, key: "adversary.\(index).attack.target")
            attack.target.load(try layout.vector(of: tensors, path: pinned.path, besides: others))
            groups[index].settings.attack.parameters =
                groups[index].settings.attack.parameters.with("target", .file(pinned.value))
            if let forging = attack as? any ModelAttack { groups[index].conduct = .forges(forging) }
            if let poisoning = attack as? any DataAttack { groups[index].conduct = .poisons(poisoning) }
            if let warning = tensors.roundingWarning(of: pinned.path) { warnings.append(warning) }
        }
        return warnings
    }

    private func poison(of node: NodeID) -> (attack: any DataAttack, member: Int)? {
        guard !areIdle, let group = groupsOfNode[node.index].poisoning.map({ groups[$0] }),
            case .poisons(let attack) = group.conduct
        else { return nil }
        return (attack, group.members.slot(of: node, by: \.self) ?? 0)
    }

    /// What the node trains on in place of these samples.
    func poisoned(_ samples: Samples, of node: NodeID, seed: UInt64) throws(ConfigurationFault) -> Samples {
        guard let (attack, member) = poison(of: node) else { return samples }
        // A round that no run comes to: in the others the node's attack on messages draws.
        var random = RandomStream(seed: seed, purpose: .attack, node: node, round: Round(Int(UInt32.max)))
        return try attack.poison(samples, member: member, random: &random)
    }

    /// Whether what the node trains on has nothing of its own samples, but their shape.
    func replacesSamples(of node: NodeID) -> Bool {
        poison(of: node).map { type(of: $0.attack).replacesSamples } ?? false
    }

    /// The same samples under the targets that the node's attack gives them.
    func labelled(_ samples: Samples, of node: NodeID, for objective: any Objective) -> Samples {
        poison(of: node)?.attack.labelled(samples, for: objective) ?? samples
    }

    /// Whether any group wants samples to be taken for another class than theirs.
    var want: Bool {
        groups.contains { if case .poisons(let attack) = $0.conduct { type(of: attack).wants } else { false } }
    }

    /// Of some clean samples, those of each such group as it wants them.
    func wanted(of samples: Samples) -> [Samples] {
        groups.compactMap { if case .poisons(let attack) = $0.conduct { attack.wanted(of: samples) } else { nil } }
    }

    /// What it does to each batch.
    func batchPoison(of node: NodeID) -> (any BatchPoison)? { poison(of: node)?.attack.batchPoison }

    /// The links on which groups overhear honest nodes beside their own edges.
    func taps(on topology: Topology) -> [Edge] {
        let honest = topology.nodes.filter { !forges($0) }
        return groups.flatMap { group in
            group.members.flatMap { member -> [Edge] in
                let overheard: [NodeID] =
                    switch group.settings.taps {
                    case .none: []
                    case .victims: topology.receivers(of: member).flatMap(topology.senders(of:))
                    case .honest: honest
                    }
                return overheard.filter { $0 != member && !forges($0) }.map { Edge($0, member) }
            }
        }
    }

    /// How many of these links there are at most, counted without making any.
    func tapCount(on topology: Topology) -> Int {
        groups.reduce(0) { count, group in
            group.members.reduce(count) { count, member in
                switch group.settings.taps {
                case .none: count
                case .victims: topology.receivers(of: member).reduce(count) { $0 + topology.senders(of: $1).count }
                case .honest: count + topology.nodeCount
                }
            }
        }
    }

    /// Nodes with poisoned data are heard and answered by hostile nodes like any honest node: they wait for everyone.
    ///
    /// - Parameter rounds: those of a victim, without its training.
    func behaviour(
        of node: NodeID, neighbours: [NodeID], on links: any LinkSchedule, rounds functions: (NodeID) -> RoundFunction
    ) -> Behaviour {
        guard !areIdle, let group = groupsOfNode[node.index].forging.map({ groups[$0] }),
            case .forges(let attack) = group.conduct
        else { return .honest }
        let settings = group.settings
        if let frozen = frozen[node] {
            return .hostile(
                Adversary(
                    attack: frozen, allies: Set(neighbours.filter(forges)), rounds: 0..<rounds * gossipSteps,
                    probability: 1, collusion: nil))
        }
        let hostile = links.union.nodes.filter(forges)
        let schedule = VictimSchedule(of: node, amid: hostile, on: links)
        return .hostile(
            Adversary(
                attack: attack, victims: links.isConstant ? schedule.victims(in: Round(0)) : [],
                schedule: links.isConstant ? nil : schedule, allies: Set(neighbours.filter(forges)),
                rounds: settings.from * gossipSteps..<min(settings.until ?? rounds, rounds) * gossipSteps,
                probability: settings.probability,
                collusion: settings.collude ? collusion(of: group, in: attack, on: links.union) : nil,
                surroundings: Surroundings(
                    nodes: links.union.nodeCount, hostile: hostile.count,
                    graph: attack.needs.contains(.graph) ? honestGraph(of: links) : nil),
                rules: attack.needs.contains(.oracle)
                    ? VictimRules(
                        links.union.receivers(of: node).filter { !forges($0) }.map(functions), amid: hostile)
                    : nil))
    }

    /// Where the two ends of a link weigh each other differently, it has the mean of both.
    private func honestGraph(of links: any LinkSchedule) -> HonestGraph {
        let nodes = links.union.nodes.filter { !forges($0) }
        var halves: [HonestGraph.Link] = []
        for (place, node) in nodes.enumerated() {
            for sender in links.senders(of: node, in: Round(0)) {
                guard let other = nodes.slot(of: sender.node, by: \.self) else { continue }
                halves.append(HonestGraph.Link(min(place, other), max(place, other), weight: sender.weight / 2))
            }
        }
        halves.sort { $0.ends < $1.ends }
        var whole: [HonestGraph.Link] = []
        for half in halves {
            if let last = whole.last, last.ends == half.ends {
                whole[whole.count - 1] = HonestGraph.Link(half.ends.0, half.ends.1, weight: last.weight + half.weight)
            } else {
                whole.append(half)
            }
        }
        return HonestGraph(nodes: nodes, links: whole)
    }

    private func collusion(of group: Group, in attack: any ModelAttack, on topology: Topology) -> Collusion {
        let common: Collusion.Common =
            if group.members.count == 1 {
                .everything
            } else if attack.needs.contains(.heard) {
                .models(of: topology.nodes.filter { !forges($0) })
            } else {
                .nothing
            }
        return Collusion(leader: group.members[0], common: common)
    }
}
