// Every schedule at the rounds where its formula can be read off.
import Kernels
import Learning
import Registry
import Testing
import TestSupport

@Suite("Step sizes")
struct StepSizeTests {
    private func schedule(_ name: String, _ given: [(name: String, value: ParameterValue)]) throws -> any StepSize {
        let type = try StepSizeCatalog.all.entry(named: name)
        return try type.init(ParameterValues(given, declared: type.parameters, key: "stepSize"))
    }

    private func values(_ schedule: any StepSize, _ rounds: [Int]) -> [Double] {
        rounds.map { schedule.value(in: Round($0)) }
    }

    static let law = Law(
        "a schedule starts at its value and never grows", brokenBy: Growing.self as any StepSize.Type
    ) { type, verdict in
        let parameters = try ParameterValues([("value", .number(0.75))], declared: type.parameters, key: "stepSize")
        let schedule = try type.init(parameters)
        let values = (0...2_000).map { schedule.value(in: Round($0)) }
        verdict.expect(values[0] == 0.75, "it starts at \(values[0])")
        let isFalling = zip(values, values.dropFirst()).allSatisfy { $0 >= $1 && $1 > 0 }
        verdict.expect(isFalling, "it grows, or ends")
    }

    @Test("every schedule starts at its value and never grows", arguments: StepSizeCatalog.all.names)
    func start(_ name: String) throws {
        let violations = try Self.law.violations(of: StepSizeCatalog.all.entry(named: name))
        #expect(violations == [])
    }

    @Test("one that grows is found out")
    func growing() throws {
        #expect(try !Self.law.violationsOfCounterexample.isEmpty)
    }

    @Test("constant stays")
    func constant() throws {
        #expect(values(try schedule("constant", [("value", .number(0.2))]), [0, 1, 1_000_000]) == [0.2, 0.2, 0.2])
    }

    @Test("inverseSqrt falls with the root of the round, counted from 1")
    func inverseSquareRoot() throws {
        #expect(values(try schedule("inverseSqrt", [("value", .number(6))]), [0, 3, 8, 99]) == [6, 3, 2, 0.6])
    }

    @Test("inverse halves once, and then falls as 1 / t")
    func inverse() throws {
        let schedule = try schedule("inverse", [("value", .number(6)), ("halving", .number(10))])
        #expect(values(schedule, [0, 5, 10, 20, 50]) == [6, 4, 3, 2, 1])
    }

    @Test("step decay keeps its value between decays and multiplies it at each")
    func stepDecay() throws {
        let schedule = try schedule(
            "stepDecay", [("value", .number(8)), ("factor", .number(0.5)), ("every", .number(10))])
        #expect(values(schedule, [0, 9, 10, 19, 20, 35, 100]) == [8, 8, 4, 4, 2, 1, 8.0 / 1024])
        #expect(values(schedule, [Int.max]) == [0])
    }

    @Test("step decay by many small factors goes on falling")
    func smallDecays() throws {
        let schedule = try schedule(
            "stepDecay", [("value", .number(1)), ("factor", .number(0.9999)), ("every", .number(1))])
        // 0.9999^20,000 and 0.9999^40,000.
        for (value, expected) in zip(values(schedule, [20_000, 40_000]), [0.135321749483, 0.018311975883]) {
            #expect(abs(value / expected - 1) < 1e-9)
        }
    }

    @Test("step decay may end at once or never fall")
    func flatDecays() throws {
        let over = try schedule("stepDecay", [("factor", .number(0)), ("every", .number(3))])
        #expect(values(over, [0, 2, 3, 100]) == [0.1, 0.1, 0, 0])
        let flat = try schedule("stepDecay", [("factor", .number(1)), ("every", .number(3))])
        #expect(values(flat, [0, 2, 3, 100]) == [0.1, 0.1, 0.1, 0.1])
    }

    @Test("inverseSqrt with an offset falls later, and is a / sqrt(t + b)")
    func offset() throws {
        let schedule = try schedule("inverseSqrt", [("value", .number(3)), ("offset", .number(16))])
        #expect(values(schedule, [0, 9, 20, 128]) == [3, 12.0 / 5, 2, 1])
    }

    @Test("inverse may be taken anew every so many rounds")
    func stepwise() throws {
        let schedule = try schedule(
            "hyperbolic", [("value", .number(6)), ("halving", .number(10)), ("every", .number(10))])
        #expect(values(schedule, [0, 9, 10, 19, 20, 59]) == [6, 6, 3, 3, 2, 1])
    }

    @Test("cosine goes down in half a wave and stays at its end")
    func cosine() throws {
        let schedule = try schedule(
            "cosine", [("value", .number(8)), ("rounds", .number(6)), ("end", .number(0.5))])
        for (value, expected) in zip(values(schedule, [0, 2, 3, 4, 6, 100]), [8, 7, 6, 5, 4, 4] as [Double]) {
            #expect(abs(value - expected) < 1e-12)
        }
    }
}
