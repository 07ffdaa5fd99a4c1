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
    private(set) var settings: [(key: String, value: JSONValue)]
    var topology: JSONValue
    public internal(set) var nodes: Int
    public internal(set) var rounds: Int
    var adversary: [JSONValue]
    var faults: [(from: Int, until: Int?, fault: JSONValue)]
    public let carriage: Carriage

    public init(seed: UInt64) {
        var draw = Draw(seed: seed)
        self.seed = seed
        rounds = draw.count(36...50)
        (topology, nodes) = draw.topology(nodes: 8...24)
        carriage = draw.carriage()
        faults = draw.faults(3...6, rounds: rounds - RunCheck.calmRounds)
        let hostile = draw.chance(0.85) ? draw.labels(draw.count(1...max(1, nodes / 6)), of: nodes) : []
        adversary = hostile.isEmpty ? [] : [draw.adversary(hostile, rounds: rounds)]
        settings = draw.settings(nodes: nodes)
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
        if (try? assembly()) == nil { adversary = adversary.map { $0.replacing("attack", .text(SignFlip.name)) } }
        // Drawn last, and left out where it does not go with the rest.
        let variations = [
            draw.exchange(), draw.gossipSteps(), draw.schedule(of: topology, nodes, rounds: rounds),
            draw.placement(hostile.count),
        ]
        for variation in variations {
            var varied = self
            variation?(&varied)
            if (try? varied.assembly()) != nil { take(varied) }
        }
    }

    private mutating func take(_ other: SoakCase) {
        (settings, topology, nodes, adversary) = (other.settings, other.topology, other.nodes, other.adversary)
    }

    /// What of a case is seldom drawn.
    typealias Variation = (inout SoakCase) -> Void

    /// Adds a setting of the training, or takes it out.
    mutating func setTraining(_ key: String, _ value: JSONValue?) {
        settings = settings.map { name, training in
            guard name == "training" else { return (name, training) }
            let plain = training.removing(key)
            return (name, value.map { plain.adding(key, $0) } ?? plain)
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

    func training(_ key: String) -> JSONValue? { settings.first { $0.key == "training" }?.value.member(key) }

    /// The experiment as a user would write it.
    public var json: JSONValue {
        func object(_ members: [(key: String, value: JSONValue)]) -> JSONValue {
            JSONValue(.object(members.map { JSONMember($0.key, $0.value) }))
        }
        let faults = self.faults.map { entry in
            object([
                ("fault", entry.fault), ("from", .number(entry.from)),
                ("until", entry.until.map { .number($0) } ?? JSONValue(.null)),
            ])
        }
        return object(
            [("name", .text("soak-\(seed)")), ("seed", .number(Int(truncatingIfNeeded: seed & 0xFFFF_FFFF)))]
                + settings.map { key, value in
                    key == "training" ? (key, value.adding("rounds", .number(rounds))) : (key, value)
                } + [("topology", topology), ("adversary", .array(adversary)), ("faults", .array(faults))])
    }

    /// The kinds of fault in it.
    public var faultKinds: [String] { faults.map { $0.fault.member("kind")?.text ?? "" } }
    public var ruleKind: String {
        settings.first { $0.key == "aggregation" }?.value.member("rule")?.member("kind")?.text ?? ""
    }
    public var exchangeKind: String { training("exchange")?.member("kind")?.text ?? ModelExchange.name }
    public var scheduleKind: String { topology.member("schedule")?.member("kind")?.text ?? "none" }
    public var attackKind: String { adversary.first?.member("attack")?.member("kind")?.text ?? "none" }

    public var placementKind: String { adversary.first?.member("nodes")?.member("placement")?.text ?? "none" }

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

    mutating func settings(nodes: Int) -> [(key: String, value: JSONValue)] {
        let task: JSONValue = .object([
            "dataset": .object([
                "kind": .text("synthetic"), "samples": .number(20 * nodes), "testSamples": .number(10),
                "features": .number(count(3...8)), "classes": .number(count(2...4)), "seed": .number(count(1...1000)),
            ]),
            // Of these alone, so that what is drawn after it stays what it is for seeds that stand in tests.
            "split": entry(one(of: [IIDSplit.self, DirichletSplit.self, OneLabelSplit.self])),
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
                    "rule": entry(one(of: RuleCatalog.gossip.descriptions)),
                    "tolerates": .object(["kind": .text("declared"), "count": .number(count(0...2))]),
                ])
            ),
            ("checkpoint", .object(["every": .number(count(2...10))])),
            ("measure", .object(["every": .number(10)])),
        ]
    }

    mutating func adversary(_ labels: [String], rounds: Int) -> JSONValue {
        let attack = one(of: AttackCatalog.all.entries)
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
    ) -> [(from: Int, until: Int?, fault: JSONValue)] {
        var kinds = FaultCatalog.all.entries
        return (0..<count(range)).map { _ in
            let kind = kinds.remove(at: random.below(kinds.count))
            let from = count(1...rounds - 4)
            return (from, count(from + 1...min(rounds - 1, from + 12)), entry(kind))
        }
    }

    // MARK: - What is seldom drawn

    mutating func exchange() -> SoakCase.Variation? {
        guard chance(0.25) else { return nil }
        let exchange = entry(one(of: ExchangeCatalog.all.entries.filter { $0.name != ModelExchange.name }))
        return { $0.setTraining("exchange", exchange) }
    }

    mutating func gossipSteps() -> SoakCase.Variation? {
        guard chance(0.15) else { return nil }
        let steps = count(2...3)
        return { $0.setTraining("gossipSteps", .number(steps)) }
    }

    /// A graph that changes: by any rule, or by edges and a node that go and come back.
    mutating func schedule(of topology: JSONValue, _ nodes: Int, rounds: Int) -> SoakCase.Variation? {
        guard chance(0.125) else { return nil }
        guard chance(0.7) else { return changes(of: topology, rounds: rounds) }
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

    private mutating func changes(of topology: JSONValue, rounds: Int) -> SoakCase.Variation? {
        guard let file = try? TopologyFile.read(Array(JSONText.canonical(topology).utf8), name: "drawn") else {
            return nil
        }
        let graph = file.topology
        let dropped = graph.edges.filter { _ in chance(0.2) }
        let leaver = one(of: graph.nodes)
        let edges = JSONValue.array(
            dropped.filter { $0.source != leaver && $0.target != leaver }.map { edge in
                .array([.text(graph.labels[edge.source.index]), .text(graph.labels[edge.target.index])])
            })
        let (first, second) = (count(2...rounds / 2), count(rounds / 2 + 1...rounds - 2))
        let away = JSONValue.array([.text(graph.labels[leaver.index])])
        let schedule: JSONValue = .object([
            "kind": .text("changes"),
            "changes": .array([
                .object(["from": .number(first), "drop": edges, "leave": away]),
                .object(["from": .number(second), "add": edges, "join": away]),
            ]),
        ])
        return { $0.topology = $0.topology.adding("schedule", schedule) }
    }

    /// Hostile nodes that are chosen; those that a graph has for it, on a graph that has them.
    mutating func placement(_ count: Int) -> SoakCase.Variation? {
        guard chance(0.3), count > 0 else { return nil }
        let type = one(of: PlacementCatalog.all.descriptions)
        guard type.parameters.contains(where: { $0.name == "count" }) else {
            return {
                $0.place(by: .text(type.name))
                $0.setTopology(
                    .object([
                        "family": .text(Attached.name), "honest": .number(9), "degree": .number(4),
                        "hostile": .number(2),
                    ]), nodes: 11)
            }
        }
        return { $0.place(by: .object(["placement": .text(type.name), "count": .number(count)])) }
    }
}
