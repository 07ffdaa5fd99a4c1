// gossiplab aggregate: one rule on the vectors of a JSON object, as a node or another code would run it.
import Aggregation
import Harness
import JSON
import Kernels
import Platform
import ReferenceRules
import Registry
import Scenario

enum AggregateCommand: Command {
    static let name = "aggregate"
    static let usage = "aggregate [FILE]"
    static let summary = "Aggregates vectors by a rule; reads a JSON object from FILE or standard input, prints one."
    static let flags = [
        Flag("rule", "NAME", "the rule; 'list rules' has them all", values: CatalogWords.rules),
        Flag(
            "before", "NAME", "a pre-aggregation, done in the order given; may be repeated",
            values: CatalogWords.preAggregations),
        Flag(
            "compat", "CODE", "byzfl: with the defaults of ByzFL 0.0.11, whose parameter names are always accepted",
            values: .words(["byzfl"])),
        Flag(
            "precision", "NAME", "single (default, as nodes compute), or double: the slow rules by definition",
            values: .words(["single", "double"])),
        InputFiles.flag,
    ]

    static let examples = [
        Example("aggregate vectors.json --rule trimmedMean --before nnm", "one rule on vectors of your own")
    ]

    static func run(_ flags: Flags) throws -> Int32 {
        let given = try flags.required("rule", "the name of a rule, as 'list rules' has them")
        let rule = try RuleCatalog.gossip.entry(named: given)
        let before = try flags.values("before").map { try RuleCatalog.preAggregations.entry(named: $0) }
        let isCompatible = try flags.choice("compat", ["none", "byzfl"], default: "none") == "byzfl"
        let isDouble = try flags.choice("precision", ["single", "double"], default: "single") == "double"
        let (bytes, name) = try InputFiles(flags).readFileOrStandardInput(flags.words)
        let input = try AggregateInput(bytes, name: name)

        if RuleCatalog.aggregation.names.contains(rule.name) {
            let set = try SetRequest(
                input, rule: try RuleCatalog.aggregation.entry(named: rule.name), before: before,
                isCompatible: isCompatible)
            try StandardOutput.print(json: JSONText.pretty(isDouble ? set.runByDefinition() : set.run()))
        } else {
            guard before.isEmpty, !isDouble else {
                throw ConfigurationFault(
                    "--\(isDouble ? "precision double" : "before") is for rules that judge a set of vectors; "
                        + "\(rule.name) starts from the own one")
            }
            try StandardOutput.print(json: JSONText.pretty(try SelfCentredRequest(input, rule: rule).run()))
        }
        return ExitCode.success
    }
}

/// A multiset rule on the vectors.
private struct SetRequest {
    private typealias Step = (type: any PreAggregation.Type, parameters: ParameterValues)

    private let input: AggregateInput
    private let rule: any AggregationRule.Type
    private let parameters: ParameterValues
    private let before: [Step]
    private let hostile: Int
    private let protectsOwn: Bool
    /// Where centered clipping starts, if that is given.
    private let centre: [Double]?
    private let pipeline: AggregationPipeline

    init(
        _ input: AggregateInput, rule: any AggregationRule.Type, before: [any PreAggregation.Type], isCompatible: Bool
    ) throws(ConfigurationFault) {
        guard input.weights == nil else {
            throw ConfigurationFault("weights are for rules that start from the own vector; \(rule.name) uses none")
        }
        self.input = input
        self.rule = rule
        let object = input.parameters
        let protects = rule.isSelection && input.own != nil
        let declared = before.flatMap { $0.parameters } + rule.parameters
        try object.refuseUnknownKeys(
            known: ["f"] + (protects ? ["protectSelf"] : []) + declared.flatMap { [$0.name] + $0.aliases }
                + (rule == CentredClipping.self ? ["m"] : []))
        hostile = try object.hostile
        protectsOwn =
            try object["protectSelf"].map { value throws(ConfigurationFault) in
                try value.flag("parameters.protectSelf")
            } ?? (protects && !isCompatible)

        var standard = isCompatible ? rule.byzfl : []
        var centre: [Double]?
        if rule == CentredClipping.self, let start = object["m"] {
            guard object["centre"] == nil else {
                throw start.fault("parameters.m is where the centre starts; expected it or parameters.centre, not both")
            }
            let vector = try AggregateInput.vector(start, key: "parameters.m")
            guard vector.count == input.vectors[0].count else {
                throw start.fault("parameters.m has \(vector.count) numbers; expected \(input.vectors[0].count)")
            }
            standard.append(("centre", .text("previous")))
            centre = vector
        }
        parameters = try object.values(of: rule.parameters, standard: standard)
        self.centre = centre
        var steps: [Step] = []
        var made: [any PreAggregation] = []
        for type in before {
            let values = try object.values(of: type.parameters, standard: [])
            steps.append((type, values))
            made.append(try type.init(values))
        }
        self.before = steps
        var fast = try rule.init(parameters)
        if let centre { fast.memory = centre.map { Float($0) } }
        pipeline = AggregationPipeline(before: made, rule: fast)
        try pipeline.check(inputs: input.vectors.count, hostile: hostile, own: input.own)
    }

    private var random: RandomStream {
        RandomStream(seed: input.seed, purpose: .mixing, node: NodeID(input.own ?? 0), round: Round(input.round))
    }

    /// As nodes do it.
    func run() -> JSONValue {
        let width = input.vectors[0].count
        var batch = VectorBatch(columns: width, capacity: input.vectors.count)
        for vector in input.vectors { batch.append(vector.map { Float($0) }) }
        var output = [Float](repeating: 0, count: width)
        var span = output.mutableSpan
        var report = MixReport(rows: input.vectors.count)
        var scratch = Scratch()
        var pipeline = pipeline
        let context = AggregationContext(
            hostile: hostile, own: input.own, protectsOwn: protectsOwn,
            modelBefore: input.modelBefore?.map { Float($0) } ?? [], random: random)
        pipeline.aggregate(&batch, context: context, into: &span, report: &report, scratch: &scratch)
        return answer(
            output.map(JSONValue.shortest), kept: report.rows { $0 != .removed },
            [
                ("clipped", .rows(report.rows { $0 == .clipped })),
                ("threshold", report.threshold.map(JSONValue.number)),
                ("reachedLimit", report.reachedLimit ? .flag(true) : nil),
            ])
    }

    /// By the definitions, in Double.
    func runByDefinition() -> JSONValue {
        let chain = ReferenceChain(
            before: before.map { ($0.type.name, $0.parameters) }, rule: (rule.name, parameters))
        let result = chain.aggregate(
            ReferenceInputs(
                input.vectors, hostile: hostile, own: input.own, protectsOwn: protectsOwn,
                modelBefore: input.modelBefore, previous: centre, parameters: parameters), random: random)
        return answer(result.vector.map(JSONValue.number), kept: result.kept, [])
    }

    private func answer(
        _ output: [JSONValue], kept: [Int], _ diagnostics: [(name: String, value: JSONValue?)]
    ) -> JSONValue {
        let chain: [(name: String, value: JSONValue?)] = [
            ("rule", .text(rule.name)), ("before", .array(before.map { .text($0.type.name) })), ("f", .number(hostile)),
        ]
        return .answer(output, kept: kept, chain + diagnostics)
    }
}

/// A rule that starts from the own vector; the others are its neighbours'.
private struct SelfCentredRequest {
    private let input: AggregateInput
    private let own: Int
    private let rule: any GossipRule
    private let hostile: Int
    private let weight: Double?

    init(_ input: AggregateInput, rule type: any GossipRule.Type) throws(ConfigurationFault) {
        guard let own = input.own else {
            throw ConfigurationFault(.missing(key: "self", expected: "the row of the own vector, for \(type.name)"))
        }
        self.input = input
        self.own = own
        let object = input.parameters
        try object.refuseUnknownKeys(known: ["f", "b"] + type.parameters.flatMap { [$0.name] + $0.aliases })
        hostile = try object.hostile
        weight = try object["b"].map { value throws(ConfigurationFault) in
            let weight = try value.number("parameters.b")
            guard 0...1 ~= weight else {
                throw value.fault("parameters.b is \(value.summary); allowed: a number from 0 to 1")
            }
            return weight
        }
        rule = try type.init(try object.values(of: type.parameters, standard: []))
        guard !rule.needs.contains(.hostile) || input.hostile != nil else {
            throw ConfigurationFault(.missing(key: "hostile", expected: "rows that an oracle names, for \(type.name)"))
        }
    }

    func run() throws(ConfigurationFault) -> JSONValue {
        let rows = input.vectors.indices.filter { $0 != own }
        let share = 1 / Double(input.vectors.count)
        let weights = rows.map { input.weights?[$0] ?? share }
        var budget = weight.map { Budget(weight: $0, among: weights) } ?? Budget(count: hostile, among: weights)
        budget.hostile = input.hostile?.sorted().map { NodeID($0) }
        let width = input.vectors[own].count
        var neighbours = VectorBatch(columns: width, capacity: rows.count)
        for row in rows { neighbours.append(input.vectors[row].map { Float($0) }) }
        let model = input.vectors[own].map { Float($0) }
        var next = model
        var span = next.mutableSpan
        var report = MixReport(rows: rows.count)
        var scratch = Scratch()
        var rule = rule
        rule.mix(
            own: model.span, neighbours: neighbours,
            context: MixContext(
                round: Round(input.round), rounds: input.rounds, node: NodeID(own), seed: input.seed,
                senders: rows.map { NodeID($0) }, weights: weights, budget: budget, stepSize: input.stepSize,
                modelBefore: input.modelBefore?.map { Float($0) } ?? model),
            into: &span, report: &report, scratch: &scratch)
        let kept = report.rows { $0 != .removed }.map { rows[$0] } + [own]
        return .answer(
            next.map(JSONValue.shortest), kept: kept.sorted(),
            [
                ("rule", .text(type(of: rule).name)), ("f", .number(budget.count)), ("b", .number(budget.weight)),
                ("clipped", .rows(report.rows { $0 == .clipped }.map { rows[$0] })),
                ("threshold", report.threshold.map(JSONValue.number)),
                ("ownWeight", report.ownWeight.map(JSONValue.number)), ("isDegraded", .flag(report.isDegraded)),
            ])
    }
}

extension JSONObject {
    /// The parameter f, which no catalogue lists: it belongs to the inputs.
    fileprivate var hostile: Int {
        get throws(ConfigurationFault) {
            try self["f"].map { value throws(ConfigurationFault) in
                try value.count("parameters.f", in: 0...1_000_000)
            } ?? 0
        }
    }

    /// The values of these parameters among others that are not theirs; `standard` are defaults of another code.
    func values(
        of declared: [Parameter], standard: [(name: String, value: ParameterValue)]
    ) throws(ConfigurationFault) -> ParameterValues {
        let names = Set(declared.flatMap { [$0.name] + $0.aliases })
        let own = JSONObject(path: path, members: members.filter { names.contains($0.key) }, position: position)
        var values = try own.parameters(declared, besides: [])
        for (name, value) in standard {
            let parameter = declared.first { $0.name == name }
            let isGiven = own.members.contains { parameter?.isCalled($0.key) ?? false }
            if !isGiven { values = values.with(name, value) }
        }
        return values
    }
}

extension MixReport {
    fileprivate func rows(where isMeant: (Treatment) -> Bool) -> [Int] {
        treatments.indices.filter { isMeant(treatments[$0]) }
    }
}

extension JSONValue {
    /// The shortest decimal that is this Float.
    static func shortest(_ value: Float) -> JSONValue { .number(Double("\(value)") ?? Double(value)) }

    fileprivate static func rows(_ rows: [Int]) -> JSONValue { .array(rows.map { .number($0) }) }

    fileprivate static func answer(
        _ output: [JSONValue], kept: [Int], _ diagnostics: [(name: String, value: JSONValue?)]
    ) -> JSONValue {
        .object([
            "output": .array(output), "kept": .rows(kept),
            "diagnostics": JSONValue(
                .object(diagnostics.compactMap { name, value in value.map { JSONMember(name, $0) } })),
        ])
    }
}
