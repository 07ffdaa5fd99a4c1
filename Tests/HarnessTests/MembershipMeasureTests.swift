// Membership inference as a measure: against pairs counted one by one, models that have learned samples by heart, and
// models that know nothing.
import Core
import Kernels
import Learning
import Metrics
import Scenario
import TestSupport
import Testing

@testable import Harness

@Suite("Membership inference")
struct MembershipMeasureTests {
    /// 40 samples a node in 600 dimensions: they can be learned by heart.
    private static func assembly(_ settings: [String] = []) throws -> Assembly {
        try smallAssembly(
            [
                #"task.dataset={"kind":"synthetic","features":600,"classes":3,"samples":240,"testSamples":300,"#
                    + #""separation":0.5}"#,
                "measure.also=membership",
            ] + settings)
    }

    /// A node's model that has learned its samples by heart.
    private func overfit(_ node: NodeID, of assembly: Assembly) throws -> [Float] {
        let shard = try assembly.shard(of: node)
        var model = [Float](repeating: 0, count: assembly.dimension)
        var gradient = model
        var scratch = ObjectiveScratch()
        for _ in 0..<200 {
            var span = gradient.mutableSpan
            _ = assembly.objective.lossAndGradient(at: model.span, on: shard, gradient: &span, scratch: &scratch)
            var x = model.mutableSpan
            axpy(-2, gradient.span, into: &x)
        }
        return model
    }

    @Test("the area and the share found are those of all pairs and thresholds", arguments: 0..<20)
    func twin(seed: UInt64) {
        var random = RandomStream(seed: seed, purpose: .attack)
        // Few values, so that many are equal.
        let members = (0..<30).map { _ in Double(random.below(9)) }
        let others = (0..<150).map { _ in Double(random.below(8)) - (seed % 2 == 0 ? 1 : 0) }
        var area = 0.0
        for member in members { for other in others { area += member > other ? 1 : member == other ? 0.5 : 0 } }
        let found =
            (members + [.infinity]).map { threshold -> Int in
                let alarms = others.count { $0 >= threshold }
                return Double(alarms) <= 0.01 * 150 ? members.count { $0 >= threshold } : 0
            }.max() ?? 0
        let separation = Separation(members: members, others: others)
        #expect(isNear(separation.area, area / 4_500, within: 1e-12))
        #expect(separation.found == Double(found) / 30)
        let turned = Separation(members: members.map(-), others: others.map(-))
        #expect(isNear(turned.area, 1 - separation.area, within: 1e-12))
    }

    @Test("scores that say nothing are chance, and those that are no numbers accuse nobody")
    func ties() {
        let nothing = Separation(members: [1, 1, 1], others: [1, 1])
        #expect(nothing.area == 0.5 && nothing.found == 0)
        #expect(Separation(members: [2, 3], others: [1]) == Separation(members: [5, 9], others: [-1]))
        #expect(Separation(members: [2, 3], others: [1]).found == 1)
        let broken = Separation(members: [.nan, .nan], others: [0, 1])
        #expect(broken.area == 0 && broken.found == 0)
    }

    @Test("whoever has learned its samples by heart is seen through, and who was never trained is not")
    func planted() throws {
        let assembly = try Self.assembly()
        var models = try assembly.honest.map { ($0, try overfit($0, of: assembly)) }
        let learned = try MembershipMeasure.figures(of: moment(models, of: assembly), in: assembly)
        #expect(learned["membershipMean"]! > 0.95 && learned["membershipTPRMean"]! > 0.5)
        // Chance deals classes unevenly, by which the others' mean then differs more than by what a node has learned.
        let even = try Self.assembly([#"task.split={"kind":"dirichlet","alpha":1000}"#])
        let evenly = try even.honest.map { ($0, try overfit($0, of: even)) }
        let calibrated = try MembershipMeasure.figures(of: moment(evenly, of: even), in: even)
        #expect(calibrated["calibratedMembershipMean"]! > 0.95)
        let drawn = try MembershipMeasure.figures(of: moment(drawnModels(of: assembly), of: assembly), in: assembly)
        // Of 40 members and 40 others: two and a half standard errors, of the mean of four.
        #expect(abs(drawn["membershipMean"]! - 0.5) < 0.08 && drawn["membershipTPRMean"]! < 0.2)
        // One is enough for the worst, and stands in its place in the list.
        models = drawnModels(of: assembly)
        models[2].1 = try overfit(models[2].0, of: assembly)
        let one = try MembershipMeasure.figures(of: moment(models, of: assembly), in: assembly)
        #expect(one["membershipWorst"]! > 0.95 && one["membershipMean"]! < 0.8)
        #expect(one.list("memberships")[models[2].0.index] == one["membershipWorst"])
        #expect(one.list("memberships").map { $0 == nil } == [false, true, false, false, true, false])
        let line = MembershipMeasure.line(of: one, in: assembly.experiment)
        #expect(line?.name == "membership, worst" && line!.value.count <= 57)
    }

    @Test("all nodes with one model leave nothing to calibrate by")
    func sameModel() throws {
        let assembly = try Self.assembly()
        let model = try overfit(assembly.honest[0], of: assembly)
        let figures = try MembershipMeasure.figures(
            of: moment(assembly.honest.map { ($0, model) }, of: assembly), in: assembly)
        #expect(figures["calibratedMembershipWorst"] == 0.5)
        #expect(figures["membershipWorst"]! > 0.95)
    }

    @Test("what a node sent is attacked in place of what it made of it, where models travel")
    func messages() throws {
        let models = { (assembly: Assembly) in drawnModels(of: assembly) }
        for (exchange, isSeen) in [("model", true), ("gradient", false)] {
            let assembly = try Self.assembly(["training.exchange=\(exchange)", "aggregation.rule=trimmedMean"])
            let own = try overfit(assembly.honest[0], of: assembly)
            let mixes = [
                assembly.honest[0]: MixSample(step: Round(9), inputs: [], budget: 0, own: own, mixed: own)
            ]
            let moment = try moment(models(assembly), of: assembly, mixes: mixes)
            let figures = try MembershipMeasure.figures(of: moment, in: assembly)
            #expect((figures["membershipWorst"]! > 0.95) == isSeen)
        }
    }

    @Test("members are matched by class: labels alone tell nobody apart")
    func classes() throws {
        let assembly = try smallAssembly(["measure.also=membership", "task.split=oneLabel"])
        let test = try assembly.testPart()
        for node in assembly.honest {
            var random = RandomStream(seed: 1, purpose: .measurement, node: node)
            let trial = MembershipMeasure.Trial(of: try assembly.shard(of: node), against: test, random: &random)
            let (members, others) = (trial.members.picked.labels, trial.others.picked.labels)
            #expect(members.count > 10 && members.sorted() == others.sorted())
            #expect(Set(trial.members.rows).count == members.count && Set(trial.others.rows).count == others.count)
            #expect(Set(trial.members.rows).isSubset(of: try assembly.shard(of: node).rows))
        }
    }

    @Test("nodes tell what they send, and it comes to the same in every run")
    func run() throws {
        let assembly = try Self.assembly(["measure.every=10"])
        #expect(try assembly.node(NodeID(0)).configuration.handsOutMixes)
        func outcome() throws -> RunOutcome {
            try SimulatedRun(assembly, options: .init()).run { _ in
            } shouldStop: {
                false
            }.outcome
        }
        let records = try outcome().evaluations
        #expect(records.count == 3 && records.allSatisfy { $0.figures["membershipWorst"] != nil })
        #expect(try outcome().evaluations == records)
        // Training shows.
        #expect(records[2].figures["membershipMean"]! > records[0].figures["membershipMean"]! + 0.1)
    }
}
