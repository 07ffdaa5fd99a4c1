// Parameters, catalogues and the one text of each mistake.
import Registry
import Testing

@Suite("Registered things")
struct RegisteredTests {
    struct Sieve: Registered {
        static let name = "sieve"
        static let aliases = ["strainer"]
        static let summary = "Keeps what is coarse."
        static let parameters: [Parameter] = [
            .number("mesh", 0...1, default: 0.5, "Width of a hole."),
            .count("layers", 1...Int.max, default: nil, "Sieves on top of each other.").known(as: "plies"),
            .choice("metal", ["iron", "copper"], default: "iron", "What it is made of."),
            .flag("shaken", default: false, "Whether it moves."),
        ]
        init(_ parameters: ParameterValues) {}
    }

    struct Funnel: Registered {
        static let name = "funnel"
        static let summary = "Lets everything through."
        init(_ parameters: ParameterValues) {}
    }

    private let catalog = Catalog<any Registered.Type>("tool", [Sieve.self, Funnel.self], as: { $0 })

    private func values(_ given: (String, ParameterValue)...) throws(ConfigurationFault) -> ParameterValues {
        try ParameterValues(given.map { (name: $0.0, value: $0.1) }, declared: Sieve.parameters, key: "tool")
    }

    private func message(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\(error)" }
        return "no fault"
    }

    @Test("what is not given has its default, in the order of declaration")
    func defaults() throws {
        let values = try values(("layers", .number(3)), ("mesh", .number(1)))
        #expect(values.names == ["mesh", "layers", "metal", "shaken"])
        #expect(values.number("mesh") == 1 && values.count("layers") == 3)
        #expect(values.text("metal") == "iron" && !values.flag("shaken"))
        #expect(ParameterValues.defaults(Funnel.parameters).names.isEmpty)
    }

    @Test("a parameter is given once, by one of its names")
    func repeated() {
        #expect(
            message { _ = try values(("layers", .number(3)), ("layers", .number(4))) }
                == "tool.layers is given twice, as layers and as layers; allowed: once, by any of its names")
        #expect(
            message { _ = try values(("layers", .number(3)), ("plies", .number(3))) }
                == "tool.layers is given twice, as layers and as plies; allowed: once, by any of its names")
        #expect(message { _ = try values(("plies", .number(3))) } == "no fault")
    }

    static let faults: [(String, ParameterValue, String)] = [
        ("mesh", .number(1.5), "tool.mesh is 1.5; allowed: a number from 0 to 1"),
        ("mesh", .number(.nan), "tool.mesh is nan; allowed: a number from 0 to 1"),
        ("mesh", .text("wide"), "tool.mesh is 'wide'; expected a number from 0 to 1"),
        ("layers", .number(0), "tool.layers is 0; allowed: a whole number from 1"),
        ("layers", .number(2.5), "tool.layers is 2.5; allowed: a whole number from 1"),
        ("layers", .number(1e300), "tool.layers is 1e+300; allowed: a whole number from 1"),
        ("metal", .text("coper"), "unknown tool.metal 'coper'; did you mean 'copper'? (known: iron, copper)"),
        ("metal", .flag(true), "tool.metal is 'true'; expected iron, copper"),
        ("shaken", .number(1), "tool.shaken is '1'; expected true, false"),
        (
            "meshes", .number(1),
            "unknown key tool. 'meshes'; did you mean 'mesh'? (known: mesh, layers, metal, shaken)"
        ),
    ]

    @Test("a mistake names the key, the value and what is allowed", arguments: faults)
    func mistakes(_ name: String, _ value: ParameterValue, _ expected: String) {
        let text = message {
            if name == "layers" {
                _ = try values((name, value))
            } else {
                _ = try values(("layers", .number(1)), (name, value))
            }
        }
        #expect(text == expected)
    }

    @Test("a parameter without a default must be given")
    func missing() {
        #expect(message { _ = try values() } == "tool.layers is missing; expected a whole number from 1")
    }

    @Test("ranges read as an operator would say them")
    func ranges() {
        let greatest = Double.greatestFiniteMagnitude
        #expect(Parameter.number("x", 0...greatest, default: 0, "").allowed == "a number from 0")
        #expect(Parameter.number("x", -greatest...greatest, default: 0, "").allowed == "a finite number")
        #expect(Parameter.number("x", 0.25...2, default: 1, "").allowed == "a number from 0.25 to 2")
        #expect(Parameter.count("x", 2...9, default: 2, "").allowed == "a whole number from 2 to 9")
        #expect(Parameter.text("x", default: nil, "").allowed == "a text")
    }

    @Test("an entry is found by its name and by its aliases")
    func entries() throws {
        #expect(catalog.names == ["sieve", "funnel"])
        #expect(try catalog.entry(named: "sieve").name == "sieve")
        #expect(try catalog.entry(named: "strainer").name == "sieve")
        #expect(
            message { _ = try catalog.entry(named: "funel") }
                == "unknown tool 'funel'; did you mean 'funnel'? (known: sieve, funnel)")
        #expect(message { _ = try catalog.entry(named: "bucket") } == "unknown tool 'bucket' (known: sieve, funnel)")
    }

    @Test("the nearest name is a slip away, whatever its case, or none")
    func nearest() {
        let names = ["krum", "median", "trimmedMean"]
        #expect(nearestName(to: "medain", among: names) == "median")
        #expect(nearestName(to: "TRIMMEDMEAN", among: names) == "trimmedMean")
        #expect(nearestName(to: "trimedmean", among: names) == "trimmedMean")
        #expect(nearestName(to: "geometric", among: names) == nil)
        #expect(nearestName(to: "krum", among: []) == nil)
    }

    @Test("a long list of names is not repeated in the message")
    func longList() {
        let names = (0..<13).map { "name\($0)" }
        let fault = ConfigurationFault(.unknown(noun: "name", given: "zzzzzzzz", known: names))
        #expect("\(fault)" == "unknown name 'zzzzzzzz'")
    }

    @Test("a fault keeps the first place it is given")
    func places() {
        let fault = ConfigurationFault("it does not add up").located(at: "a.json:3:1").located(at: "b.json")
        #expect("\(fault)" == "a.json:3:1: it does not add up")
    }

    @Test("a long text is quoted by its beginning")
    func excerpts() {
        #expect(excerpt(of: "short") == "short")
        #expect(excerpt(of: String(repeating: "é", count: 5_000)) == String(repeating: "é", count: 100) + "…")
        let fault = ConfigurationFault(
            .unknown(noun: "key", given: String(repeating: "a", count: 1 << 20), known: ["abc", "seed"]))
        #expect(fault.description.utf8.count < 200)
    }
}
