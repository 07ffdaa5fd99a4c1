// A random experiment with random faults, drawn from a seed: any graph, rule, attack and fault of the catalogues.
import Aggregation
import Attacks
import Core
import Faults
import Graphs
import JSON
import Kernels
import Learning
import Registry
import Scenario
public import Simulation

/// One experiment of a soak, in parts that can be made smaller one by one.
public struct SoakCase: Sendable {
    public let seed: UInt64
    /// The experiment but for what stands below, as JSON.
    fileprivate(set) var settings: [(key: String, value: JSONValue)]
    var topology: JSONValue
    public internal(set) var nodes: Int
    public internal(set) var rounds: Int
    var adversary: [JSONValue]
    var faults: [Strike]
    public let carriage: Carriage
    /// From where on it takes another course.
    public internal(set) var branch: Branch?

    /// One fault of a case.
    struct Strike {
        var from: Int
        var until: Int?
        var fault: JSONValue
        /// Of the nodes; the usual one if `nil`.
        var share: Double?

        var kind: String { fault.member("kind")?.text ?? "" }
    }

    public init(seed: UInt64) {
        var draw = Draw(seed: seed)
        let (rule, attack) = SoakCase.pair(of: seed)
        self.seed = seed
        rounds = draw.count(36...50)
        (topology, nodes) = draw.topology(nodes: 8...24)
        carriage = draw.carriage()
        faults = draw.faults(3...6, rounds: rounds - RunCheck.calmRounds)
        let hostile = draw.chance(0.85) ? draw.labels(draw.count(1...max(1, nodes / 6)), of: nodes) : []
        // What goes with some learning alone comes with that.
        let isSpecial = SoakCase.needsCommonModel(attack) || attack is OnePointPoison.Type
        adversary = hostile.isEmpty ? [] : [draw.adversary(hostile, isSpecial ? SignFlip.self : attack, rounds: rounds)]
        settings = draw.settings(nodes: nodes, rule)
        // Some rules run only where they are told who is hostile.
        if (try? assembly()) == nil {
            settings = settings.map { key, value in
                key == "aggregation" ? (key, value.replacing("tolerates", .text("oracle"))) : (key, value)
            }
        }
        // Not every attack can be one vector from all members.
        if (try? assembly()) == nil { adversary = adversary.map { $0.replacing("collude", .flag(false)) } }
        // Nor does every attack do with what its own links bring, or with every rule.
        if (try? assembly()) == nil {
            adversary = adversary.map { $0.removing("taps").adding("taps", .text("honest")) }
        }
        let isRefused = (try? assembly()) == nil
        if isRefused { adversary = adversary.map { $0.replacing("attack", .text(SignFlip.name)) } }
        // Drawn last, and left out where it does not go with the rest.
        let variations = [
            draw.split(), draw.exchange(), draw.gossipSteps(), draw.schedule(of: topology, nodes, rounds: rounds),
            draw.digraph(of: nodes), draw.weights(on: topology), draw.placement(hostile.count),
            draw.preAggregation(), draw.commonModel(attack, nodes: nodes, rule),
            draw.leastSquares(attack, nodes: nodes), draw.edgeWeights(on: topology), draw.firstFault(),
            draw.standstill(rounds: rounds - RunCheck.calmRounds), draw.lateCrash(rounds: rounds),
            isRefused ? draw.otherExchange(for: attack) : nil,
        ]
        for variation in variations.compactMap(\.self) {
            var varied = self
            variation(&varied)
            if (try? varied.assembly()) != nil { take(varied) }
        }
        // Each trial of such an attack would take thousands of passes.
        if playsMixes, let rule = aggregation?.member("rule"), rule.member("max")?.text == "all" {
            setRule(rule.removing("max"))
        }
        // And of a rule that goes through all choices of its inputs.
        if playsMixes, choosesAmongMany {
            var sparse = self
            sparse.setTopology(.object(["family": .text(Ring.name), "nodes": .number(nodes)]), nodes: nodes)
            if (try? sparse.assembly()) != nil {
                take(sparse)
            } else {
                adversary = adversary.map { $0.replacing("attack", .text(SignFlip.name)) }
            }
        }
    }

    /// Whether the rule goes through so many choices of a node's inputs that nobody can try it out thousands of times.
    private var choosesAmongMany: Bool {
        guard [MinimumDiameter.name, MinimumVariance.name, SmallestEigenvalue.name].contains(ruleKind),
            let graph = try? assembly().topology
        else { return false }
        return graph.nodes.contains { graph.degree(of: $0) > SoakCase.mostTriedNeighbours }
    }

    /// Of them a rule that goes through all choices can be tried out.
    private static let mostTriedNeighbours = 12

    /// Whether an attack tries its victims' rules out.
    private var playsMixes: Bool {
        adversary.contains { group in
            let attack = group.member("attack")
            let type = attack?.member("kind")?.text.flatMap { try? AttackCatalog.all.entry(named: $0) }
            // By default; whoever is told not to is taken along.
            return ((try? type?.init(.defaults(type?.parameters ?? []))) as? any ModelAttack)?.needs.contains(.oracle)
                ?? false
        }
    }

    private mutating func take(_ other: SoakCase) {
        (settings, topology, nodes, adversary) = (other.settings, other.topology, other.nodes, other.adversary)
        faults = other.faults
    }

    /// What of a case may not go with the rest.
    typealias Variation = (inout SoakCase) -> Void

    /// Adds a setting of the training, or takes it out.
    mutating func setTraining(_ key: String, _ value: JSONValue?) {
        settings = settings.map { name, training in
            guard name == "training" else { return (name, training) }
            let plain = training.removing(key)
            return (name, value.map { plain.adding(key, $0) } ?? plain)
        }
    }

    /// Takes another rule.
    mutating func setRule(_ rule: JSONValue) {
        settings = settings.map { key, value in
            key == "aggregation" ? (key, value.replacing("rule", rule)) : (key, value)
        }
    }

    /// Lets the nodes of the groups be chosen.
    mutating func place(by placement: JSONValue) { adversary = adversary.map { $0.replacing("nodes", placement) } }

    /// Takes another graph in place of the drawn one, of fewer nodes perhaps.
    mutating func setTopology(_ topology: JSONValue, nodes: Int) {
        self.topology = topology
        self.nodes = nodes
        adversary = adversary.compactMap { $0.keepingNodes(below: nodes) }
    }

    /// Changes the experiment's task.
    mutating func setTask(_ key: String, _ value: JSONValue) {
        settings = settings.map { name, task in
            name == "task" ? (name, task.removing(key).adding(key, value)) : (name, task)
        }
    }

    func training(_ key: String) -> JSONValue? { settings.first { $0.key == "training" }?.value.member(key) }

    /// The experiment as a user would write it.
    public var json: JSONValue {
        func object(_ members: [(key: String, value: JSONValue)]) -> JSONValue {
            JSONValue(.object(members.map { JSONMember($0.key, $0.value) }))
        }
        let faults = self.faults.map { entry in
            object(
                [
                    ("fault", entry.fault), ("from", .number(entry.from)),
                    ("until", entry.until.map { .number($0) } ?? JSONValue(.null)),
                ] + (entry.share.map { [("share", .number($0))] } ?? []))
        }
        return object(
            [("name", .text("soak-\(seed)")), ("seed", .number(Int(truncatingIfNeeded: seed & 0xFFFF_FFFF)))]
                + settings.map { key, value in
                    key == "training" ? (key, value.adding("rounds", .number(rounds))) : (key, value)
                } + [("topology", topology), ("adversary", .array(adversary)), ("faults", .array(faults))])
    }

    /// The kinds of fault in it.
    public var faultKinds: [String] { faults.map(\.kind) }
    private var aggregation: JSONValue? { settings.first { $0.key == "aggregation" }?.value }
    public var ruleKind: String { aggregation?.member("rule")?.member("kind")?.text ?? "" }
    var beforeKinds: [String] {
        (aggregation?.member("before")?.elements ?? []).compactMap { $0.member("kind")?.text }
    }
    /// Everything that is drawn with it.
    var kinds: [(axis: PointAxis, names: [String])] {
        let timing = settings.first { $0.key == "timing" }?.value.member("kind")?.text
        return [
            (.rule, [ruleKind]), (.before, beforeKinds), (.attack, [attackKind]), (.placement, [placementKind]),
            (.exchange, [exchangeKind]), (.split, [splitKind]), (.graph, [topology.member("family")?.text ?? ""]),
            (.weights, [weightsKind]), (.schedule, [scheduleKind]),
            (.step, [training("stepSize")?.member("kind")?.text ?? ""]),
            (.timing, [timing ?? TimingKind.synchronous.rawValue]), (.carriage, [carriage.rawValue]),
        ]
    }
    public var splitKind: String {
        let split = settings.first { $0.key == "task" }?.value.member("split")
        return split?.text ?? split?.member("kind")?.text ?? ""
    }
    public var exchangeKind: String { training("exchange")?.member("kind")?.text ?? ModelExchange.name }
    public var weightsKind: String {
        let weights = topology.member("weights") ?? topology.member("graph")?.member("gossipnode")?.member("weights")
        return weights?.member("kind")?.text ?? weights?.text ?? MetropolisHastings.name
    }
    public var isDirected: Bool { topology.member("directed") != nil }
    public var scheduleKind: String { topology.member("schedule")?.member("kind")?.text ?? "none" }
    /// Those that cases go through.
    static let attacks = AttackCatalog.all.entries

    static func needsCommonModel(_ attack: any Attack.Type) -> Bool {
        (attack as? any ModelAttack.Type)?.needsCommonModel ?? false
    }

    /// The rule and the attack of a case. Seeds that follow each other go through all pairs, no two alike in a row.
    static func pair(of seed: UInt64) -> (rule: any Registered.Type, attack: any Attack.Type) {
        let rules = RuleCatalog.gossip.descriptions
        let count = UInt64(rules.count * attacks.count)
        let place = Int(seed % count * stride(through: count) % count)
        return (rules[place % rules.count], attacks[place / rules.count])
    }

    /// Near the golden section of `count`, and without a divisor in common with it.
    private static func stride(through count: UInt64) -> UInt64 {
        var stride = UInt64(0.618 * Double(count))
        while greatestCommonDivisor(stride, count) != 1 { stride += 1 }
        return stride
    }

    private static func greatestCommonDivisor(_ a: UInt64, _ b: UInt64) -> UInt64 {
        b == 0 ? a : greatestCommonDivisor(b, a % b)
    }

    public var attackKind: String { adversary.first?.member("attack")?.member("kind")?.text ?? "none" }

    public var placementKind: String {
        let nodes = adversary.first?.member("nodes")
        return nodes?.text ?? nodes?.member("placement")?.text ?? "none"
    }

    /// - Parameter changes: settings that differ, as after `--set`.
    public func assembly(changes: [String] = []) throws -> Assembly {
        let name = "soak-\(seed)"
        var experiment = try Experiment(Array(JSONText.canonical(json).utf8), name: name)
        for change in changes { try experiment.set(change) }
        let file = try experiment.topologyFile { path throws(ConfigurationFault) in
            throw ConfigurationFault("\(name) has no file \(path)")
        }
        return try Assembly(experiment, topology: file, sharesData: true)
    }
}

extension JSONValue {
    /// An object with another value for one of its members.
    fileprivate func replacing(_ key: String, _ value: JSONValue) -> JSONValue {
        JSONValue(.object(members.map { $0.key == key ? JSONMember(key, value) : $0 }))
    }

    /// An object without one of its members.
    func removing(_ key: String) -> JSONValue { JSONValue(.object(members.filter { $0.key != key })) }

    /// An object with one more member.
    fileprivate func adding(_ key: String, _ value: JSONValue) -> JSONValue {
        JSONValue(.object(members + [JSONMember(key, value)]))
    }
}

/// Draws the parts of a case.
private struct Draw {
    private var random: RandomStream

    init(seed: UInt64) { random = RandomStream(seed: seed, purpose: .faults, node: NodeID(0), lane: 3) }

    mutating func count(_ range: ClosedRange<Int>) -> Int { range.lowerBound + random.below(range.count) }

    mutating func chance(_ probability: Double) -> Bool { random.uniform() < probability }

    mutating func number(_ range: ClosedRange<Double>) -> Double {
        // Few digits: a person will read it.
        let value = range.lowerBound + random.uniform() * (range.upperBound - range.lowerBound)
        return min(max((value * 1000).rounded() / 1000, range.lowerBound), range.upperBound)
    }

    mutating func one<Element>(of elements: [Element]) -> Element { elements[random.below(elements.count)] }

    mutating func labels(_ count: Int, of nodes: Int) -> [String] {
        var left = Array(0..<nodes)
        return (0..<count).map { _ in left.remove(at: random.below(left.count)) }.sorted().map(String.init)
    }

    /// An entry of a catalogue with parameters near their defaults.
    mutating func entry(_ type: any Registered.Type) -> JSONValue {
        var members = [JSONMember("kind", .text(type.name))]
        for parameter in type.parameters where parameter.defaultValue == nil || chance(0.5) {
            if let value = value(of: parameter) { members.append(JSONMember(parameter.name, value)) }
        }
        return JSONValue(.object(members))
    }

    private mutating func value(of parameter: Parameter) -> JSONValue? {
        switch (parameter.domain, parameter.defaultValue) {
        case (.number(let range), .number(let usual)):
            let low = max(range.lowerBound, usual / 2)
            let high = min(range.upperBound, usual * 2)
            return low <= high ? .number(number(low...high)) : nil
        case (.count(let range), .number(let usual)):
            let low = max(range.lowerBound, Int(usual) / 2)
            let high = min(range.upperBound, Int(usual) * 2)
            return low <= high ? .number(count(low...high)) : nil
        case (.count(let range), nil):
            return .number(count(range.lowerBound...min(range.upperBound, range.lowerBound + 1)))
        case (.choice(let names), _): return .text(one(of: names))
        case (.flag, _): return .flag(chance(0.5))
        default: return nil
        }
    }

    // MARK: - Parts

    /// A graph of any undirected family whose size can be brought into the range; a ring where that fails.
    mutating func topology(nodes range: ClosedRange<Int>) -> (JSONValue, Int) {
        for _ in 0..<20 {
            let type = one(of: TopologyCatalog.all.entries.filter { !$0.isDirected })
            let wanted = count(range)
            var members = [JSONMember("family", .text(type.name))]
            for parameter in type.parameters {
                if parameter.name == "nodes" {
                    members.append(JSONMember("nodes", .number(wanted)))
                } else if case .count(let allowed) = parameter.domain, allowed.lowerBound <= 8 {
                    members.append(JSONMember(parameter.name, .number(count(max(1, allowed.lowerBound)...8))))
                } else if case .number(let allowed) = parameter.domain {
                    members.append(JSONMember(parameter.name, .number(number(max(0.3, allowed.lowerBound)...1))))
                }
            }
            let json = JSONValue(.object(members))
            guard let file = try? TopologyFile.read(Array(JSONText.canonical(json).utf8), name: "drawn"),
                range.contains(file.topology.nodeCount)
            else { continue }
            return (json, file.topology.nodeCount)
        }
        let nodes = count(range)
        return (.object(["family": .text("ring"), "nodes": .number(nodes)]), nodes)
    }

    /// Values in half of the cases, else bytes in any way.
    mutating func carriage() -> Carriage {
        let ways = Carriage.allCases.filter { $0 != .values }
        let place = Int(random.uniform() * Double(2 * ways.count))
        return place < ways.count ? .values : ways[place - ways.count]
    }

    mutating func settings(nodes: Int, _ rule: any Registered.Type) -> [(key: String, value: JSONValue)] {
        let task: JSONValue = .object([
            "dataset": .object([
                "kind": .text("synthetic"), "samples": .number(20 * nodes), "testSamples": .number(10),
                "features": .number(count(3...8)), "classes": .number(count(2...4)), "seed": .number(count(1...1000)),
            ]),
            "split": .text(IIDSplit.name),
        ])
        var training = [
            JSONMember("batchSize", .number(count(1...8))), JSONMember("momentum", .number(chance(0.5) ? 0.9 : 0)),
            JSONMember("stepSize", entry(one(of: StepSizeCatalog.all.descriptions))),
        ]
        if chance(0.15) { training.append(JSONMember("mixEvery", .number(2))) }
        if chance(0.15) { training.append(JSONMember("participation", .number(0.7))) }
        if chance(0.3) { training.append(JSONMember("initialisation", .text("different"))) }
        var timing = [JSONMember("deadlineMilliseconds", .number(count(300...3000)))]
        if chance(0.2) {
            timing.append(JSONMember("kind", .text("asynchronous")))
            timing.append(JSONMember("staleness", .number(count(1...20))))
        }
        return [
            ("task", task), ("training", JSONValue(.object(training))), ("timing", JSONValue(.object(timing))),
            (
                "aggregation",
                .object([
                    "rule": entry(rule),
                    "tolerates": .object(["kind": .text("declared"), "count": .number(count(0...2))]),
                ])
            ),
            ("checkpoint", .object(["every": .number(count(2...10))])),
            ("measure", .object(["every": .number(10)])),
        ]
    }

    mutating func adversary(_ labels: [String], _ attack: any Attack.Type, rounds: Int) -> JSONValue {
        var members = [
            JSONMember("nodes", .array(labels.map { .text($0) })), JSONMember("attack", entry(attack)),
        ]
        // Poisoned data are poisoned for good.
        if attack is any ModelAttack.Type {
            if chance(0.2) { members.append(JSONMember("from", .number(count(1...rounds / 2)))) }
            if chance(0.2) { members.append(JSONMember("probability", .number(number(0.2...0.9)))) }
            if chance(0.2) { members.append(JSONMember("collude", .flag(true))) }
            members.append(JSONMember("taps", .text(one(of: ["none", "none", "victims", "honest"]))))
        }
        return JSONValue(.object(members))
    }

    /// Faults of different kinds, all over before round `rounds`; the links are made before the first.
    mutating func faults(
        _ range: ClosedRange<Int>, rounds: Int
    ) -> [SoakCase.Strike] {
        var kinds = FaultCatalog.all.entries
        return (0..<count(range)).map { _ in
            let kind = kinds.remove(at: random.below(kinds.count))
            let from = count(1...rounds - 4)
            return SoakCase.Strike(from: from, until: count(from + 1...min(rounds - 1, from + 12)), fault: entry(kind))
        }
    }

    /// Most nodes stand still while the others go on without them, are killed and come back: ahead of the rest, by what
    /// their traces say. Other faults last until that is over, and one strikes nodes just then.
    mutating func standstill(rounds: Int) -> SoakCase.Variation? {
        guard chance(0.08) else { return nil }
        let stop: any Fault.Type = chance(0.5) ? Pause.self : FullDisk.self
        // One more disk may fill: that of a node that went on, was killed and came back ahead of the rest.
        let pauses: [any Fault.Type] = stop == Pause.self ? [] : [Pause.self]
        let striking = one(of: [FullDisk.self, ClockJump.self, CheckpointCorruption.self] + pauses)
        let first = count(1...max(1, rounds - 14))
        let taken = [stop, striking, Crash.self]
        var kinds = FaultCatalog.all.entries.filter { type in !taken.contains { $0 == type } }
        let lasting = (0..<2).map { _ in entry(kinds.remove(at: random.below(kinds.count))) }
        let strikes =
            [
                SoakCase.Strike(
                    from: first, until: first + 11, fault: .object(["kind": .text(stop.name)]), share: 0.75),
                SoakCase.Strike(
                    from: first + 4, until: first + 6, fault: .object(["kind": .text(Crash.name)]), share: 0.5),
                SoakCase.Strike(from: first + count(5...9), until: first + 12, fault: entry(striking), share: 0.75),
            ] + lasting.map { SoakCase.Strike(from: first + 3, until: first + 12, fault: $0) }
        let exchange = chance(0.5) ? anyExchange() : nil
        return { soakCase in
            soakCase.faults = strikes
            exchange?(&soakCase)
        }
    }

    /// Nodes are killed shortly before the end, and come back when it is over, or nearly so.
    mutating func lateCrash(rounds: Int) -> SoakCase.Variation? {
        guard chance(0.03) else { return nil }
        let strike = SoakCase.Strike(
            from: rounds - count(4...8), until: rounds - count(1...2), fault: .object(["kind": .text(Crash.name)]))
        let exchange = chance(0.7) ? anyExchange() : nil
        return { soakCase in
            soakCase.faults = soakCase.faults.filter { $0.kind != Crash.name } + [strike]
            exchange?(&soakCase)
        }
    }

    /// An attack may know what goes into a mix only where something else than models travels.
    mutating func otherExchange(for attack: any Attack.Type) -> SoakCase.Variation {
        let exchange = exchange(one(of: ExchangeCatalog.all.entries.filter { !$0.sendsModels && !$0.carriesMass }))
        let attack = entry(attack)
        return { soakCase in
            exchange(&soakCase)
            soakCase.setTraining("momentum", .number(0))
            soakCase.adversary = soakCase.adversary.map { $0.replacing("attack", attack) }
        }
    }

    /// A fault that strikes while links are made.
    mutating func firstFault() -> SoakCase.Variation? {
        guard chance(0.1) else { return nil }
        return { if !$0.faults.isEmpty { $0.faults[0].from = 0 } }
    }

    // MARK: - What does not go with everything

    /// Not every split goes with as many samples, classes and nodes.
    mutating func split() -> SoakCase.Variation? {
        let split = entry(one(of: SplitCatalog.all.descriptions))
        return { soakCase in
            soakCase.settings = soakCase.settings.map { key, value in
                key == "task" ? (key, value.replacing("split", split)) : (key, value)
            }
        }
    }

    mutating func exchange() -> SoakCase.Variation? { chance(0.25) ? anyExchange() : nil }

    private mutating func anyExchange() -> SoakCase.Variation {
        exchange(one(of: ExchangeCatalog.all.entries.filter { $0.name != ModelExchange.name }))
    }

    private mutating func exchange(_ kind: any Exchange.Type) -> SoakCase.Variation {
        var exchange = entry(kind)
        // A greater power pulls faster than the distance grows: no step is small enough for every start.
        for power in ["p", "p0"] where exchange.member(power)?.number ?? 0 > 2 {
            exchange = exchange.replacing(power, .number(2))
        }
        return { [exchange] in
            $0.setTraining("exchange", exchange)
            if kind.keepsOwnModel { $0.setTraining("momentum", .number(0)) }
            // Masses go with plain sums alone.
            if kind.carriesMass { $0.setRule(.object(["kind": .text(WeightedMean.name)])) }
        }
    }

    /// What comes before a rule of a set.
    mutating func preAggregation() -> SoakCase.Variation? {
        guard chance(0.2) else { return nil }
        let before = entry(one(of: RuleCatalog.preAggregations.descriptions))
        return { soakCase in
            soakCase.settings = soakCase.settings.map { key, value in
                key == "aggregation" ? (key, value.adding("before", .array([before]))) : (key, value)
            }
        }
    }

    /// One common model beside each node's own, in which lies are told by what can be a gradient: where models may
    /// differ by more than they do, or where all are the same. Always under an attack on such a model.
    mutating func commonModel(
        _ attack: any Attack.Type, nodes: Int, _ rule: any Registered.Type
    ) -> SoakCase.Variation? {
        let isAttacked = SoakCase.needsCommonModel(attack)
        guard chance(0.03) || isAttacked else { return nil }
        let coupling = one(of: CouplingCatalog.all.entries)
        let (isComplete, isJudged) = (chance(0.4), chance(0.7))
        var members = [
            JSONMember("kind", .text(PersonalExchange.name)), JSONMember("coupling", .text(coupling.name)),
            JSONMember("lambda", .number(number(0.1...2))),
        ]
        if isJudged, !isComplete { members.append(JSONMember("disagreement", .number(number(20...200)))) }
        let attack = isAttacked ? entry(attack) : nil
        return { soakCase in
            soakCase.setTraining("exchange", JSONValue(.object(members)))
            soakCase.setTraining("momentum", .number(0))
            if isComplete {
                soakCase.setTopology(.object(["family": .text("complete"), "nodes": .number(nodes)]), nodes: nodes)
                soakCase.setTraining("initialisation", nil)
                soakCase.setTraining("mixEvery", nil)
                soakCase.setRule(.object(["kind": .text(rule.name)]))
            }
            guard let attack else { return }
            soakCase.adversary = soakCase.adversary.map {
                $0.replacing("attack", attack).removing("collude").removing("taps")
            }
        }
    }

    /// Real values to learn, and perhaps the attack on them.
    mutating func leastSquares(_ attack: any Attack.Type, nodes: Int) -> SoakCase.Variation? {
        let isPoisoned = attack is OnePointPoison.Type
        guard chance(0.04) || isPoisoned else { return nil }
        let dataset: JSONValue = .object([
            "kind": .text(LinearData.name), "samples": .number(20 * nodes), "testSamples": .number(10),
            "features": .number(count(3...8)), "seed": .number(count(1...1000)),
        ])
        let attack = isPoisoned ? entry(attack) : nil
        return { soakCase in
            soakCase.setTask("dataset", dataset)
            soakCase.setTask("split", .text(IIDSplit.name))
            soakCase.setTask("model", .text(LinearRegression.name))
            guard let attack else { return }
            // Poisoned data are poisoned for good.
            soakCase.adversary = soakCase.adversary.map { group in
                ["from", "probability", "collude", "taps"].reduce(group.replacing("attack", attack)) {
                    $0.removing($1)
                }
            }
        }
    }

    /// The same graph, written out with a weight for every edge.
    mutating func edgeWeights(on topology: JSONValue) -> SoakCase.Variation? {
        guard chance(0.05),
            let file = try? TopologyFile.read(Array(JSONText.canonical(topology).utf8), name: "drawn")
        else { return nil }
        let graph = file.topology
        let most = graph.nodes.map { graph.degree(of: $0) }.max() ?? 1
        let edges = graph.edges.map { edge in
            JSONValue(
                .object([
                    JSONMember("source", .text(graph.labels[edge.source.index])),
                    JSONMember("target", .text(graph.labels[edge.target.index])),
                    JSONMember("weight", .number(number(0.2...0.9) / Double(most))),
                ]))
        }
        let written: JSONValue = .object([
            "graph": .object(["gossipnode": .object(["version": .number(1), "weights": .text(FileWeights.name)])]),
            "nodes": .array(graph.labels.map { .object(["id": .text($0)]) }), "edges": .array(edges),
        ])
        return {
            guard $0.nodes == graph.nodeCount, $0.topology.member("schedule") == nil else { return }
            $0.setTopology(written, nodes: graph.nodeCount)
        }
    }

    mutating func gossipSteps() -> SoakCase.Variation? {
        guard chance(0.15) else { return nil }
        let steps = count(2...3)
        return { $0.setTraining("gossipSteps", .number(steps)) }
    }

    /// A graph that changes: by any rule, or by edges and a node that go and come back.
    mutating func schedule(of topology: JSONValue, _ nodes: Int, rounds: Int) -> SoakCase.Variation? {
        guard chance(0.125) else { return nil }
        guard chance(0.7) else { return written(on: topology, rounds: rounds) }
        let kind = one(of: ScheduleCatalog.all.entries)
        let schedule = entry(kind)
        guard kind.name == OnePeerExponential.name else {
            return { $0.topology = $0.topology.adding("schedule", schedule) }
        }
        let fewer = nodes < 16 ? 8 : 16
        return {
            $0.setTopology(
                .object(["family": .text(Exponential.name), "nodes": .number(fewer), "schedule": schedule]),
                nodes: fewer)
        }
    }

    /// A ring that goes one way, with shortcuts: nodes hear from more or from fewer than they send to.
    mutating func digraph(of nodes: Int) -> SoakCase.Variation? {
        guard chance(0.1) else { return nil }
        var ends = (0..<nodes).map { [$0, ($0 + 1) % nodes] }
        for _ in 0..<2 * nodes {
            let pair = [count(0...nodes - 1), count(0...nodes - 1)]
            if pair[0] != pair[1], !ends.contains(pair) { ends.append(pair) }
        }
        let graph: JSONValue = .object([
            "directed": .flag(true),
            "nodes": .array((0..<nodes).map { .object(["id": .text("\($0)")]) }),
            "edges": .array(ends.map { .object(["source": .text("\($0[0])"), "target": .text("\($0[1])")]) }),
        ])
        // Made for such graphs.
        let exchange = chance(0.3) ? exchange(PushSumExchange.self) : nil
        return {
            guard $0.nodes == nodes, $0.topology.member("schedule") == nil else { return }
            $0.setTopology(graph, nodes: nodes)
            guard let exchange else { return }
            exchange(&$0)
            $0.setTraining("momentum", .number(0))
        }
    }

    /// Any rule for weights but those that edges must have.
    mutating func weights(on topology: JSONValue) -> SoakCase.Variation? {
        guard chance(0.25),
            let file = try? TopologyFile.read(Array(JSONText.canonical(topology).utf8), name: "drawn")
        else { return nil }
        let kind = one(of: WeightCatalog.all.entries.filter { !$0.readsEdges })
        var weights = entry(kind)
        if kind.name == LaplacianStep.name {
            let most = file.topology.nodes.map { file.topology.degree(of: $0) }.max() ?? 1
            weights = weights.adding("step", .number(number(0.3...1) / Double(most)))
        }
        if chance(0.3) { weights = weights.adding(Weighting.lazyParameter.name, .number(number(0.1...0.6))) }
        return { $0.topology = $0.topology.adding("weights", weights) }
    }

    /// Edges and a node that go and come back, as a list of changes or of intervals; or contacts along the edges.
    private mutating func written(on topology: JSONValue, rounds: Int) -> SoakCase.Variation? {
        guard let file = try? TopologyFile.read(Array(JSONText.canonical(topology).utf8), name: "drawn") else {
            return nil
        }
        let graph = file.topology
        let dropped = graph.edges.filter { _ in chance(0.2) }
        let leaver = one(of: graph.nodes)
        let edges = dropped.filter { $0.source != leaver && $0.target != leaver }.map { pair($0, graph) }
        let (first, second) = (count(2...rounds / 2), count(rounds / 2 + 1...rounds - 2))
        let away = JSONValue.text(graph.labels[leaver.index])
        let schedule =
            switch count(0...2) {
            case 0: changes(edges, away, first, second)
            case 1: intervals(edges, away, first, second)
            default: contacts(graph)
            }
        return { $0.topology = $0.topology.adding("schedule", schedule) }
    }

    private func pair(_ edge: Edge, _ graph: Topology) -> JSONValue {
        .array([.text(graph.labels[edge.source.index]), .text(graph.labels[edge.target.index])])
    }

    private func changes(_ edges: [JSONValue], _ away: JSONValue, _ first: Int, _ second: Int) -> JSONValue {
        .object([
            "kind": .text("changes"),
            "changes": .array([
                .object(["from": .number(first), "drop": .array(edges), "leave": .array([away])]),
                .object(["from": .number(second), "add": .array(edges), "join": .array([away])]),
            ]),
        ])
    }

    private func intervals(_ edges: [JSONValue], _ away: JSONValue, _ first: Int, _ second: Int) -> JSONValue {
        let subjects = edges.map { ("edge", $0) } + [("node", away)]
        let spans = subjects.flatMap { key, value in
            [(0, first as Int?), (second, nil)].map { from, until in
                JSONValue(
                    .object(
                        [JSONMember(key, value), JSONMember("from", .number(from))]
                            + (until.map { [JSONMember("until", .number($0))] } ?? [])))
            }
        }
        return .object(["kind": .text("intervals"), "intervals": .array(spans)])
    }

    private mutating func contacts(_ graph: Topology) -> JSONValue {
        var contacts: [JSONValue] = []
        for round in 0..<count(1...12) {
            for edge in graph.edges where round == 0 || chance(0.4) {
                let ends = [edge.source, edge.target].map { JSONValue.text(graph.labels[$0.index]) }
                contacts.append(.array([.number(round)] + ends))
            }
        }
        return .object([
            "kind": .text("contacts"), "after": .text(one(of: AfterTrace.allCases).rawValue),
            "contacts": .array(contacts),
        ])
    }

    /// Hostile nodes that are chosen; those that a graph has for it, on a graph that has them.
    mutating func placement(_ count: Int) -> SoakCase.Variation? {
        guard chance(0.3), count > 0 else { return nil }
        let type = one(of: PlacementCatalog.all.descriptions)
        guard type.parameters.contains(where: { $0.name == "count" }) else {
            return {
                $0.place(by: .text(type.name))
                // As many nodes as before: faults name some of them.
                $0.setTopology(
                    .object([
                        "family": .text(Attached.name), "honest": .number($0.nodes - 2), "degree": .number(4),
                        "hostile": .number(2),
                    ]), nodes: $0.nodes)
            }
        }
        return { $0.place(by: .object(["placement": .text(type.name), "count": .number(count)])) }
    }
}
