// gossiplab forge: what one attack makes of the vectors of a JSON object, as a hostile node would send it.
import Aggregation
import Attacks
import Harness
import JSON
import Kernels
import Platform
import Registry
import Scenario

enum ForgeCommand: Command {
    static let name = "forge"
    static let usage = "forge [FILE]"
    static let summary = "Forges a vector by an attack; reads a JSON object from FILE or standard input, prints one."
    static let flags = [
        Flag("attack", "NAME", "the attack on messages; 'list attacks' has them all", values: CatalogWords.attacks),
        Flag("rule", "NAME", "the victim's rule, for attacks that know it", values: CatalogWords.rules),
        Flag("before", "NAME", "a pre-aggregation of that rule; may be repeated", values: CatalogWords.preAggregations),
        InputFiles.flag,
    ]

    static let examples = [
        Example("forge vectors.json --attack alie", "what an attack makes of the honest vectors")
    ]

    static func run(_ flags: Flags) throws -> Int32 {
        let given = try flags.required("attack", "the name of an attack, as 'list attacks' has them")
        let type = try AttackCatalog.all.entry(named: given)
        let rule = try flags.value("rule").map { try RuleCatalog.aggregation.entry(named: $0) }
        let before = try flags.values("before").map { try RuleCatalog.preAggregations.entry(named: $0) }
        let (bytes, name) = try InputFiles(flags).readFileOrStandardInput(flags.words)
        let input = try ForgeInput(bytes, name: name)
        let attack = try type.init(try input.parameters.parameters(type.parameters, besides: []))
        guard let attack = attack as? any ModelAttack else {
            throw ConfigurationFault(
                "\(type.name) poisons data and forges no message; allowed: an attack on messages")
        }
        try attack.check(dimension: input.vectors[0].count)
        let request = try ForgeRequest(input, attack: attack, rule: rule, before: before)
        try StandardOutput.print(json: JSONText.pretty(request.run()))
        return ExitCode.success
    }
}

/// An attack on one victim in one round.
private struct ForgeRequest {
    private let input: ForgeInput
    private let attack: any ModelAttack
    private let pipeline: AggregationPipeline?
    /// Honest nodes by row, then the hostile ones, then a victim without a row.
    private let attacker: NodeID
    private let victim: NodeID

    init(
        _ input: ForgeInput, attack: any ModelAttack, rule: (any AggregationRule.Type)?,
        before: [any PreAggregation.Type]
    ) throws(ConfigurationFault) {
        self.input = input
        self.attack = attack
        let count = input.vectors.count
        attacker = NodeID(count)
        victim = NodeID(input.victim ?? count + input.hostile)
        let declared = before.flatMap { $0.parameters } + (rule?.parameters ?? [])
        try input.ruleParameters.refuseUnknownKeys(known: declared.flatMap { [$0.name] + $0.aliases })
        guard let rule else {
            guard !attack.needs.contains(.oracle) else {
                throw ConfigurationFault(
                    .missing(key: "--rule", expected: "the victim's rule, which \(type(of: attack).name) knows"))
            }
            pipeline = nil
            return
        }
        let steps = try before.map { type throws(ConfigurationFault) in
            try type.init(try input.ruleParameters.values(of: type.parameters, standard: []))
        }
        let pipeline = AggregationPipeline(
            before: steps, rule: try rule.init(try input.ruleParameters.values(of: rule.parameters, standard: [])))
        try pipeline.check(inputs: count + input.hostile, hostile: input.hostile, own: input.victim)
        self.pipeline = pipeline
    }

    private var view: AttackView {
        let senders = input.vectors.indices.filter { $0 != input.victim }
        let shares = senders.map { Victim.Sender(node: NodeID($0), weight: input.weights[$0]) }
        let own = input.victim.map { input.weights[$0] } ?? 0
        let left = 1 - own - shares.reduce(0) { $0 + $1.weight }
        return AttackView(
            round: Round(input.round), own: input.own.map { Float($0) },
            before: input.before?.map { Float($0) } ?? [],
            heard: input.vectors.enumerated().map { row, vector in
                AttackView.Heard(sender: NodeID(row), model: vector.map { Float($0) })
            },
            victims: [
                Victim(
                    node: victim, honestSenders: shares, hostileWeight: max(0, left), hostileSenders: input.hostile)
            ],
            surroundings: Surroundings(
                nodes: input.nodes, hostile: input.hostile,
                graph: HonestGraph(
                    nodes: input.vectors.indices.map { NodeID($0) },
                    links: input.victim.map { place in
                        senders.map {
                            HonestGraph.Link(min($0, place), max($0, place), weight: input.weights[$0])
                        }
                    } ?? [])),
            oracle: pipeline.map { pipeline in MixOracle { trial(of: $0, sent: $1, pipeline) } })
    }

    /// What the rule makes of all honest vectors and a copy of the forgery from every hostile node.
    private func trial(of victim: NodeID, sent forgery: [Float], _ pipeline: AggregationPipeline) -> Trial? {
        guard victim == self.victim else { return nil }
        let rows = input.vectors.count + input.hostile
        var batch = VectorBatch(columns: forgery.count, capacity: rows)
        for vector in input.vectors { batch.append(vector.map { Float($0) }) }
        for _ in 0..<input.hostile { batch.append(forgery) }
        var output = [Float](repeating: 0, count: forgery.count)
        var span = output.mutableSpan
        var report = MixReport(rows: rows)
        var scratch = Scratch()
        var pipeline = pipeline
        let context = AggregationContext(
            hostile: input.hostile, own: input.victim,
            random: RandomStream(seed: input.seed, purpose: .mixing, node: victim, round: Round(input.round)))
        pipeline.aggregate(&batch, context: context, into: &span, report: &report, scratch: &scratch)
        return Trial(model: output, threshold: report.threshold)
    }

    func run() -> JSONValue {
        let forgery = Self.forgery(
            of: attack, for: victim, seeing: view,
            drawing: RandomStream(
                seed: input.seed, purpose: .attack, node: attacker, round: Round(input.round), lane: victim.index + 2))
        var members: [(name: String, value: JSONValue)] = []
        switch forgery {
        case .model(let model): members = [("kind", .text("model")), ("output", .vector(model))]
        case .misdated(let model, let rounds):
            members = [("kind", .text("misdated")), ("output", .vector(model)), ("rounds", .number(rounds))]
        case .bytes(let bytes):
            members = [("kind", .text("bytes")), ("output", .text(hexadecimal(bytes)))]
        case .posing(let model, let name):
            members = [("kind", .text("posing")), ("output", .vector(model)), ("as", .number(name.index))]
        case .flood(let model, let frames):
            members = [("kind", .text("flood")), ("output", .vector(model)), ("frames", .number(frames))]
        case .excuse: members = [("kind", .text("excuse"))]
        case .silence: members = [("kind", .text("silence"))]
        }
        let facts: [(name: String, value: JSONValue)] = [
            ("attack", .text(type(of: attack).name)), ("knows", .text(attack.knowledge.description)),
            ("equivocates", .flag(attack.equivocates)),
        ]
        return JSONValue(.object((facts + members).map { JSONMember($0.name, $0.value) }))
    }

    private static func forgery<One: ModelAttack>(
        of attack: One, for victim: NodeID, seeing view: AttackView, drawing random: RandomStream
    ) -> Forgery {
        var (attack, random) = (attack, random)
        return attack.forge(for: victim, by: attack.plan(seeing: view), seeing: view, random: &random)
    }
}

extension JSONValue {
    /// What is no number in JSON is a text.
    fileprivate static func vector(_ model: [Float]) -> JSONValue {
        .array(model.map { $0.isFinite ? .shortest($0) : .text("\($0)") })
    }
}
