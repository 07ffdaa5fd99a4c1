// The values that ByzFL 0.0.11 has for the same inputs (Tests/Golden). Left out: CAF, which draws its directions there,
// bucketing, which draws its groups, and an infinite input, which nodes refuse.
import Aggregation
import JSON
import Kernels
import Platform
import ReferenceRules
import Registry
import Scenario
import Testing

/// One call of ByzFL.
struct GoldenCase: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let before: [any PreAggregation.Type]
    /// `nil` where the case is that of a pre-aggregation alone.
    let rule: (any AggregationRule.Type)?
    let parameters: JSONObject
    let vectors: [[Double]]
    /// One row, or those of a pre-aggregation; `nil` where ByzFL refuses.
    let output: [[Double]]?

    static let all: [GoldenCase] = (try? read()) ?? []

    private static func read() throws -> [GoldenCase] {
        let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let path = "/\(tests)/Golden/byzfl-0.0.11.json"
        let file = try StrictJSON.read(try Files.read(path), name: path).object("")
        let inputs = try file.required("inputs", expected: "vectors").object("inputs")
        return try file.required("cases", expected: "cases").array("cases").map { value in
            let one = try value.object("case")
            let names = try one.required("rule", expected: "").text("rule").split(separator: "+").map(String.init)
            let input = try one.required("input", expected: "").text("input")
            let parameters = try one.required("parameters", expected: "").object("")
            let steps = names.filter { name in
                RuleCatalog.preAggregations.descriptions.contains { $0.aliases.contains(name) }
            }
            var output: [[Double]]?
            if let rows = try one["output"]?.array("output") {
                output = steps == names ? try rows.map(numbers) : [try rows.map { try $0.number("") }]
            }
            return GoldenCase(
                testDescription:
                    "\(names.joined(separator: "+")) \(JSONText.canonical(JSONValue(.object(parameters.members)))) \(input)",
                before: try steps.map { try RuleCatalog.preAggregations.entry(named: $0) },
                rule: steps == names ? nil : try RuleCatalog.aggregation.entry(named: names[names.count - 1]),
                parameters: parameters,
                vectors: try inputs.required(input, expected: "").array(input).map(numbers), output: output)
        }
    }

    private static func numbers(_ value: JSONValue) throws -> [Double] {
        try value.array("").map { try $0.number("") }
    }

    var hostile: Int { get throws { try parameters["f"]?.count("f") ?? 0 } }

    /// Where centered clipping starts.
    var centre: [Double]? { get throws { try parameters["m"].map(Self.numbers) } }

    /// The values of one of its parts, by ByzFL's names and with its defaults.
    func values(of type: any Registered.Type, standard: [(name: String, value: ParameterValue)] = []) throws
        -> ParameterValues
    {
        let names = Set(type.parameters.flatMap { [$0.name] + $0.aliases })
        var given: [(name: String, value: ParameterValue)] = []
        if try centre != nil { given.append(("centre", .text("previous"))) }
        for member in parameters.members where names.contains(member.key) {
            given.append((member.key, try member.value.parameter(member.key)))
        }
        // What is not given has ByzFL's default.
        for (name, value) in standard {
            let parameter = type.parameters.first { $0.name == name }
            if !given.contains(where: { parameter?.isCalled($0.name) ?? false }) { given.append((name, value)) }
        }
        return try ParameterValues(given, declared: type.parameters, key: type.name)
    }

    /// Relative to the greatest element that is expected.
    func agrees(_ rows: [[Double]], within tolerance: Double) -> Bool {
        guard let output, rows.map(\.count) == output.map(\.count) else { return false }
        let greatest = output.joined().map(\.magnitude).max() ?? 0
        return zip(rows.joined(), output.joined()).allSatisfy { ($0 - $1).magnitude <= tolerance * greatest }
    }
}

@Suite("ByzFL's values")
struct GoldenTests {
    @Test("are there, for every rule that it has")
    func presence() {
        #expect(GoldenCase.all.count > 1_500)
        #expect(Set(GoldenCase.all.compactMap { $0.rule?.name }).count == 12)
        #expect(GoldenCase.all.contains { $0.output == nil })
    }

    @Test("are those of the rules by definition, in Double", arguments: GoldenCase.all.filter { $0.output != nil })
    func definitions(one: GoldenCase) throws {
        let steps = try one.before.map { (name: $0.name, parameters: try one.values(of: $0)) }
        var inputs = ReferenceInputs(
            one.vectors, hostile: try one.hostile, previous: try one.centre, parameters: .defaults([]))
        var rows: [[Double]]
        if let rule = one.rule {
            let chain = ReferenceChain(
                before: steps, rule: (rule.name, try one.values(of: rule, standard: rule.byzfl)))
            rows = [chain.aggregate(inputs, random: RandomStream(seed: 0, purpose: .mixing)).vector]
        } else {
            var random = RandomStream(seed: 0, purpose: .mixing)
            inputs.parameters = steps[0].parameters
            let prepare = try #require(ReferenceRules.preAggregations[steps[0].name])
            rows = prepare(inputs, &random).vectors
        }
        #expect(one.agrees(rows, within: 1e-9))
    }

    /// Squares of Floats of 10⁻³⁰ are zero: at that size nodes take all inputs for equal.
    @Test(
        "are those of the rules that nodes run",
        arguments: GoldenCase.all.filter { $0.output != nil && !$0.testDescription.hasSuffix("tiny") })
    func rules(one: GoldenCase) throws {
        let before = try one.before.map { try $0.init(try one.values(of: $0)) }
        var batch = VectorBatch(columns: one.vectors[0].count, capacity: one.vectors.count)
        for vector in one.vectors { batch.append(vector.map { Float($0) }) }
        var scratch = Scratch()
        var report = MixReport(rows: batch.rows)
        var context = AggregationContext(hostile: try one.hostile)
        if let type = one.rule {
            var rule = try type.init(try one.values(of: type, standard: type.byzfl))
            if let centre = try one.centre { rule.memory = centre.map { Float($0) } }
            var pipeline = AggregationPipeline(before: before, rule: rule)
            try pipeline.check(inputs: batch.rows, hostile: context.hostile)
            var output = [Float](repeating: .nan, count: batch.columns)
            var span = output.mutableSpan
            pipeline.aggregate(&batch, context: context, into: &span, report: &report, scratch: &scratch)
            #expect(one.agrees([output.map(Double.init)], within: 1e-4))
        } else {
            before[0].apply(to: &batch, context: &context, report: &report, scratch: &scratch)
            #expect(one.agrees(batch.plain, within: 1e-4))
        }
    }

    @Test("are refused where ByzFL refuses", arguments: GoldenCase.all.filter { $0.output == nil })
    func refusals(one: GoldenCase) throws {
        let type = try #require(one.rule)
        #expect(throws: ConfigurationFault.self) {
            try AggregationPipeline(rule: try type.init(try one.values(of: type))).check(
                inputs: one.vectors.count, hostile: try one.hostile)
        }
    }
}

extension VectorBatch {
    fileprivate var plain: [[Double]] { (0..<rows).map { elements[range(ofRow: $0)].map(Double.init) } }
}
