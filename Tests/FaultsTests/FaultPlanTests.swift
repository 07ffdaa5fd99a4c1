// Fault plans as they unfold, asked directly; what drivers make of them is tested with the drivers.
import Kernels
import Registry
import Testing
import TestSupport

@testable import Faults

@Suite("Fault plan")
struct FaultPlanTests {
    static let nodes = (0..<6).map { NodeID($0) }

    static func fault(_ name: String, _ given: [(name: String, value: ParameterValue)] = []) throws -> any Fault {
        let type = try FaultCatalog.all.entry(named: name)
        return try type.init(try ParameterValues(given, declared: type.parameters, key: name))
    }

    static func plan(_ entries: [PlannedFault], seed: UInt64 = 1) -> FaultPlan {
        FaultPlan(entries, nodeCount: 6, seed: seed, deadline: .milliseconds(100))
    }

    static func moment(_ round: Int, at milliseconds: Int = 0) -> FaultMoment {
        FaultMoment(now: Instant(nanoseconds: .milliseconds(milliseconds)), round: round)
    }

    static func transmissions(
        _ plan: inout FaultPlan, at moment: FaultMoment, count: Int = 1000, bytes: Int = 100
    ) -> [Transmission] {
        (0..<count).map { index in
            plan.pass(
                Transmission(sender: NodeID(index % 6), receiver: NodeID((index + 1) % 6), bytes: bytes), at: moment)
        }
    }

    private func fault(_ name: String, _ given: [(name: String, value: ParameterValue)] = []) throws -> any Fault {
        try Self.fault(name, given)
    }

    private func plan(_ entries: [PlannedFault], seed: UInt64 = 1) -> FaultPlan { Self.plan(entries, seed: seed) }

    private func moment(_ round: Int, at milliseconds: Int = 0) -> FaultMoment { Self.moment(round, at: milliseconds) }

    private func transmissions(
        _ plan: inout FaultPlan, at moment: FaultMoment, count: Int = 1000, bytes: Int = 100
    ) -> [Transmission] {
        Self.transmissions(&plan, at: moment, count: count, bytes: bytes)
    }

    @Test("every fault keeps the laws", arguments: FaultLaws.all, FaultCatalog.all.names)
    func keeps(law: Law<any Fault>, name: String) throws {
        let violations = try law.violations(of: Self.fault(name))
        #expect(violations == [])
    }

    @Test("one that is made to break a law is found out", arguments: FaultLaws.all)
    func breaks(law: Law<any Fault>) throws {
        #expect(try !law.violationsOfCounterexample.isEmpty)
    }

    @Test("a fault that would end beyond the last moment strikes all the same, and ends with its rounds")
    func farEnd() throws {
        var plan = FaultPlan(
            [PlannedFault(try fault("delay"), rounds: 0..<1_000_000_000, nodes: Self.nodes)], nodeCount: 6, seed: 1,
            deadline: .milliseconds(86_400_000))
        _ = plan.advance(to: moment(0))
        #expect(plan.nextEnd == Instant(nanoseconds: .max))
        #expect(transmissions(&plan, at: moment(999_999_999, at: .max), count: 1)[0].delay > 0)
        _ = plan.advance(to: moment(1_000_000_000))
        #expect(plan.isOver && plan.nextEnd == nil)
    }

    @Test("rates are met, and the draws are the same each time")
    func rates() throws {
        for (name, hit) in [
            ("loss", { (transmission: Transmission) in transmission.isLost }), ("duplication", { $0.copies == 2 }),
            ("corruption", { $0.isCorrupted }), ("reordering", { $0.delay > 0 }),
            ("reset", { $0.connectionEnd == .reset }),
        ] {
            let entries = [PlannedFault(try fault(name, [("rate", .number(0.3))]), rounds: 0..<9, nodes: Self.nodes)]
            var plan = plan(entries)
            _ = plan.advance(to: moment(0))
            let first = transmissions(&plan, at: moment(0))
            #expect((240...360).contains(first.count(where: hit)), "\(name)")
            #expect(plan.strikes.map(\.count) == [first.count(where: hit)])
            var again = self.plan(entries)
            _ = again.advance(to: moment(0))
            #expect(transmissions(&again, at: moment(0)) == first)
        }
    }

    @Test("a fault of nodes ends at its round, or after two deadlines a round if no round closes any more")
    func ends() throws {
        let crash = PlannedFault(try fault("crash"), rounds: 5..<8, nodes: [NodeID(2)])
        var plan = plan([crash])
        #expect(plan.advance(to: moment(5, at: 50)).map(\.change) == [.crash])
        #expect(plan.nextEnd == moment(0, at: 650).now)
        #expect(plan.advance(to: moment(7, at: 640)).isEmpty)
        #expect(plan.advance(to: moment(7, at: 650)).map(\.change) == [.restart])
        plan = self.plan([crash])
        _ = plan.advance(to: moment(5))
        #expect(plan.advance(to: moment(8)).map(\.change) == [.restart] && plan.isOver)
    }

    @Test("a corrupted checkpoint has another wrong bit on each node, the same each time, and nothing to end")
    func corruptedCheckpoints() throws {
        func changes(seed: UInt64) throws -> [NodeChange] {
            let nodes = [1, 2, 5].map { NodeID($0) }
            var plan = plan([PlannedFault(try fault("checkpointCorruption"), rounds: 2..<4, nodes: nodes)], seed: seed)
            let struck = plan.advance(to: moment(2))
            #expect(struck.map(\.node) == nodes && plan.strikes.map(\.count) == [3])
            #expect(plan.advance(to: moment(4)).isEmpty && plan.isOver)
            return struck.map(\.change)
        }
        let draws = try changes(seed: 1)
        #expect(try changes(seed: 1) == draws && changes(seed: 2) != draws)
        #expect(draws[0] != draws[1] && draws[1] != draws[2])
        // Every bit of a file may be it, and none beyond.
        let places = (0..<UInt64(48)).map { CheckpointCorruption.bit($0, of: 3) }
        #expect(Set(places.map { "\($0.byte) \($0.mask)" }).count == 24)
        #expect(places.allSatisfy { (0..<3).contains($0.byte) })
    }

    @Test("a node that two faults hold down comes back with the last of them")
    func overlap() throws {
        var plan = plan([
            PlannedFault(try fault("crash"), rounds: 1..<5, nodes: [NodeID(2)]),
            PlannedFault(try fault("crash"), rounds: 3..<9, nodes: [NodeID(2), NodeID(3)]),
        ])
        #expect(plan.advance(to: moment(1)).map(\.node.index) == [2])
        #expect(plan.advance(to: moment(3)).map(\.node.index) == [3])
        #expect(plan.advance(to: moment(5)).isEmpty)
        #expect(plan.advance(to: moment(9)).map(\.node.index) == [2, 3])
    }

    @Test("a fault that never ends keeps no plan from being over")
    func forever() throws {
        var plan = plan([PlannedFault(try fault("crash"), rounds: 1..<Int.max, nodes: [NodeID(2)])])
        #expect(plan.advance(to: moment(1)).map(\.change) == [.crash])
        #expect(plan.isOver && plan.nextEnd == nil)
    }

    @Test("cuts have the shapes of their names")
    func partitions() throws {
        func cut(_ shape: String, _ struck: [Int]) throws -> (Int, Int) -> Bool {
            let partition = try fault("partition", [("shape", .text(shape))])
            let entry = PlannedFault(partition, rounds: 0..<9, nodes: struck.map { NodeID($0) })
            var plan = plan([entry])
            _ = plan.advance(to: moment(0))
            return { sender, receiver in
                var asked = plan
                return asked.pass(
                    Transmission(sender: NodeID(sender), receiver: NodeID(receiver), bytes: 1), at: moment(0)
                ).isLost
            }
        }
        let halves = try cut("halves", [0, 1, 2])
        #expect(halves(0, 3) && halves(3, 0) && !halves(0, 1) && !halves(4, 5))
        let one = try cut("one", [4, 5])
        #expect(one(4, 5) && one(0, 4) && !one(5, 0))
        let oneWay = try cut("oneWay", [0, 1])
        #expect(oneWay(0, 3) && !oneWay(3, 0) && !oneWay(0, 1))
        let bridge = try cut("bridge", [0, 1, 2])
        #expect(bridge(0, 4) && !bridge(0, 3) && !bridge(3, 0) && !bridge(3, 5))
        let majorities = try cut("overlappingMajorities", [])
        for node in 0..<6 {
            let heard = (0..<6).count { $0 != node && !majorities($0, node) } + 1
            #expect(heard > 3 && heard < 6, "node \(node) hears a majority and not all")
        }
    }

    @Test("named links are struck alone, and in both directions")
    func links() throws {
        let loss = try fault("loss", [("rate", .number(1))])
        var plan = plan([
            PlannedFault(loss, rounds: 0..<9, nodes: Self.nodes, edges: [(NodeID(1), NodeID(2))])
        ])
        _ = plan.advance(to: moment(0))
        let lost = transmissions(&plan, at: moment(0), count: 6).filter(\.isLost).map(\.sender.index)
        #expect(lost == [1])
        #expect(plan.pass(Transmission(sender: NodeID(2), receiver: NodeID(1), bytes: 1), at: moment(0)).isLost)
    }

    @Test("what a clog has held may pass when it is free, though the fault goes on and another strikes")
    func released() throws {
        let clog = PlannedFault(try fault("swizzleClog"), rounds: 0..<9, nodes: [NodeID(0)])
        let delay = PlannedFault(try fault("delay"), rounds: 0..<Int.max, nodes: Self.nodes)
        var plan = plan([clog, delay])
        let transmission = Transmission(sender: NodeID(0), receiver: NodeID(1), bytes: 100)
        var held: Transmission?
        var course: [Bool] = []
        for round in 0..<9 {
            _ = plan.advance(to: moment(round))
            let passed = plan.pass(transmission, at: moment(round))
            if passed.isHeld { held = held ?? passed }
            if let held { course.append(plan.releases(held, at: moment(round))) }
            #expect(course.last ?? true == !passed.isHeld, "round \(round)")
        }
        #expect(course.first == false && course.last == true, "\(course)")
    }

    @Test("a limited link delays by what it has to carry, and loses what would wait too long")
    func rateLimit() throws {
        let limit = try fault("rateLimit", [("bytesPerSecond", .number(1000))])
        var plan = plan([PlannedFault(limit, rounds: 0..<9, nodes: Self.nodes)])
        _ = plan.advance(to: moment(0))
        let sent = (0..<20).map { _ in
            plan.pass(Transmission(sender: NodeID(0), receiver: NodeID(1), bytes: 100), at: moment(0))
        }
        #expect(sent.prefix(3).map(\.delay) == [100, 200, 300].map { Nanoseconds.milliseconds($0) })
        #expect(sent.count(where: \.isLost) == 9)
    }

    @Test("a drawn share is what was asked for, of different nodes for different places in the plan")
    func shares() {
        let draws = (0..<20).map { PlannedFault.draw(0.25, of: 16, seed: 3, index: $0) }
        #expect(draws.allSatisfy { $0.count == 4 && Set($0).count == 4 && $0 == $0.sorted() })
        #expect(Set(draws).count > 10)
        #expect(PlannedFault.draw(0, of: 5, seed: 1, index: 0).count == 1)
        #expect(PlannedFault.draw(1, of: 5, seed: 1, index: 0).count == 5)
    }
}

extension Transmission {
    fileprivate var isUntouched: Bool {
        !isLost && !isHeld && !isCorrupted && copies == 1 && delay == 0 && connectionEnd == nil
    }
}

enum FaultLaws {
    static let all = [window, streams]

    private typealias Tests = FaultPlanTests

    /// What becomes of many messages in each of the rounds from 4 to 9, where the fault strikes in 5 ..< 9.
    private static func course(_ fault: any Fault) -> [(changes: [NodeChange], transmissions: [Transmission])] {
        var plan = Tests.plan([PlannedFault(fault, rounds: 5..<9, nodes: Array(Tests.nodes.prefix(3)))])
        return (4...9).map { round in
            let changes = plan.advance(to: Tests.moment(round)).map(\.change)
            return (changes, Tests.transmissions(&plan, at: Tests.moment(round)))
        }
    }

    static let window = Law(
        "it does something in its rounds, and nothing outside them", brokenBy: Harmless(.defaults([])) as any Fault
    ) { fault, verdict in
        let course = course(fault)
        func isStruck(_ index: Int) -> Bool { course[index].transmissions.contains { !$0.isUntouched } }
        verdict.expect(course[0].changes.isEmpty && !isStruck(0), "it strikes before its first round")
        verdict.expect(!course[1].changes.isEmpty || (1...4).contains(where: isStruck), "it never strikes")
        verdict.expect(!isStruck(5), "it strikes after its last round")
    }

    /// Whatever was sent in between on other links.
    static let streams = Law(
        "what becomes of a message goes by its own place on its link", brokenBy: Unseeded(.defaults([])) as any Fault
    ) { fault, verdict in
        func fates(disturbed: Bool) -> [Transmission] {
            var plan = Tests.plan([PlannedFault(fault, rounds: 5..<9, nodes: Array(Tests.nodes.prefix(3)))])
            _ = plan.advance(to: Tests.moment(5))
            return (0..<100).map { _ in
                if disturbed {
                    _ = plan.pass(
                        Transmission(sender: Tests.nodes[2], receiver: Tests.nodes[3], bytes: 100), at: Tests.moment(5))
                }
                return plan.pass(
                    Transmission(sender: Tests.nodes[0], receiver: Tests.nodes[4], bytes: 100), at: Tests.moment(5))
            }
        }
        verdict.expect(fates(disturbed: false) == fates(disturbed: true), "other messages change what becomes of it")
    }
}
