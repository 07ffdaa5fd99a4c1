// The forgeries that ByzFL 0.0.11 makes of the same honest vectors (Tests/Golden), optimised ones against the same
// rules. Left out: label flipping, which there is a mean of gradients.
import Aggregation
import Attacks
import JSON
import Kernels
import Platform
import Registry
import Testing

/// One call of an attack of ByzFL.
struct GoldenForgery: CustomTestStringConvertible, Sendable {
    let attack: String
    let parameters: JSONObject
    let input: String
    let vectors: [[Float]]
    let output: [Double]

    var testDescription: String { "\(attack) \(JSONText.canonical(JSONValue(.object(parameters.members)))) \(input)" }

    static let all: [GoldenForgery] = (try? read()) ?? []

    private static func read() throws -> [GoldenForgery] {
        let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let path = "/\(tests)/Golden/byzfl-0.0.11-attacks.json"
        let file = try StrictJSON.read(try Files.read(path), name: path).object("")
        let inputs = try file.required("inputs", expected: "vectors").object("inputs")
        return try file.required("cases", expected: "cases").array("cases").map { value in
            let one = try value.object("case")
            let input = try one.required("input", expected: "").text("input")
            return GoldenForgery(
                attack: try one.required("attack", expected: "").text("attack"),
                parameters: try one.required("parameters", expected: "").object(""), input: input,
                vectors: try inputs.required(input, expected: "").array(input).map { row in
                    try row.array("").map { Float(try $0.number("")) }
                },
                output: try one.required("output", expected: "").array("").map { element in
                    if case .text("inf") = element.kind { return .infinity }
                    return try element.number("")
                })
        }
    }

    private func number(_ key: String) throws -> Double { try parameters.required(key, expected: "").number(key) }

    var hostile: Int { get throws { try parameters["f"]?.count("f") ?? 1 } }

    /// The attack with ByzFL's parameters.
    func make() throws -> any ModelAttack {
        let type = try AttackCatalog.all.entry(named: attack == "Inf" ? NotFinite.name : attack)
        var given: [(name: String, value: ParameterValue)] = []
        switch attack {
        case "InnerProductManipulation": given = [("around", .text("zero")), ("tau", .number(try number("tau")))]
        case "Optimal_InnerProductManipulation": given = [("around", .text("zero"))]
        case "ALittleIsEnough": given = [("tau", .number(try number("tau")))]
        case "Mimic": given = [("epsilon", .number(try number("epsilon")))]
        case "Inf": given = [("elements", .text("infinity"))]
        case "Gaussian":
            given = [("around", .text("zero")), ("mu", .number(try number("mu"))), ("sigma", .number(0))]
        default: break
        }
        let made = try type.init(ParameterValues(given, declared: type.parameters, key: attack))
        return try #require(made as? any ModelAttack)
    }

    private static let server = NodeID(1000)

    /// What a server makes of the honest vectors and f copies of a forgery.
    private func mix(_ forgery: [Float]) -> [Float]? {
        guard let aggregator = try? parameters["aggregator"]?.text(""), let hostile = try? hostile,
            let steps = try? parameters["preaggregators"]?.array("").map({ try $0.text("") })
        else { return nil }
        let before = steps.compactMap { step -> (any PreAggregation)? in
            let name = step.hasPrefix("Clipping") ? "clipping" : step
            guard let type = try? RuleCatalog.preAggregations.entry(named: name) else { return nil }
            return try? type.init(.defaults(type.parameters))
        }
        guard let type = try? RuleCatalog.aggregation.entry(named: aggregator),
            let rule = try? type.init(.defaults(type.parameters)), before.count == steps.count
        else { return nil }
        var pipeline = AggregationPipeline(before: before, rule: rule)
        var batch = VectorBatch(columns: forgery.count, capacity: vectors.count + hostile)
        for vector in vectors { batch.append(vector) }
        for _ in 0..<hostile { batch.append(forgery) }
        var output = forgery
        var span = output.mutableSpan
        var report = MixReport(rows: batch.rows)
        var scratch = Scratch()
        pipeline.aggregate(
            &batch, context: AggregationContext(hostile: hostile), into: &span, report: &report, scratch: &scratch)
        return output
    }

    private var view: AttackView {
        let share = 1 / Double(vectors.count)
        return AttackView(
            round: Round(0), own: vectors[0],
            heard: vectors.enumerated().map { AttackView.Heard(sender: NodeID($0), model: $1) },
            victims: [
                Victim(
                    node: Self.server,
                    honestSenders: vectors.indices.map { Victim.Sender(node: NodeID($0), weight: share) },
                    hostileWeight: share)
            ],
            oracle: MixOracle { _, forgery in mix(forgery).map { Trial(model: $0, threshold: nil) } })
    }

    func forgery() throws -> [Float] {
        func forge<One: ModelAttack>(_ attack: One) -> Forgery {
            var attack = attack
            var random = RandomStream(seed: 1, purpose: .attack)
            return attack.forge(for: Self.server, by: attack.plan(seeing: view), seeing: view, random: &random)
        }
        guard case .model(let model) = forge(try make()) else { return [] }
        return model
    }

    /// How far the rule is driven from the honest mean.
    func harm(_ forgery: [Float]) throws -> Double {
        let mixed = try #require(mix(forgery))
        return squaredDistance(mixed.span, view.meanOfHeard().span).squareRoot()
    }

    /// Of Gaussian noise only the centre can be compared: ByzFL's draws are its own.
    var expected: [Double] {
        get throws {
            guard attack == "Gaussian" else { return output }
            let centre = try number("mu")
            return output.map { _ in centre }
        }
    }
}

@Suite("ByzFL's forgeries")
struct AttackGoldenTests {
    @Test("are there, of all its attacks on messages")
    func presence() {
        #expect(Set(GoldenForgery.all.map(\.attack)).count == 8)
        #expect(GoldenForgery.all.count > 150)
    }

    @Test("are those that nodes make", arguments: GoldenForgery.all.filter { !$0.attack.hasPrefix("Optimal") })
    func forgeries(one: GoldenForgery) throws {
        let forgery = try one.forgery()
        let expected = try one.expected
        // A sum is as exact as what is added.
        let added = one.vectors.joined().map { Double($0.magnitude) }
        let greatest = (expected.filter(\.isFinite).map(\.magnitude) + added).max() ?? 0
        try #require(forgery.count == expected.count)
        for (ours, theirs) in zip(forgery, expected) {
            #expect(Double(ours) == theirs || (Double(ours) - theirs).magnitude <= 1e-6 * greatest)
        }
    }

    /// In single precision other factors may be best by a hair, where the rule makes the same of many.
    @Test(
        "do no more harm to the rule that they know than those of nodes",
        arguments: GoldenForgery.all.filter { $0.attack.hasPrefix("Optimal") && !$0.input.hasSuffix("tiny") })
    func optimised(one: GoldenForgery) throws {
        let ours = try one.harm(one.forgery())
        let theirs = try one.harm(one.output.map { Float($0) })
        #expect(ours >= theirs * (1 - 1e-4))
    }
}
