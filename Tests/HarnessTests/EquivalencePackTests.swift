// Slices of the pack equivalence, and its attacks in runs of nodes.
import Kernels
import Learning
import Registry
import Scenario
import Simulation
import Testing

@testable import Harness

@Suite("The pack equivalence")
struct EquivalencePackTests {
    @Test("a slice: one point, limits of counter-gradients, bounds for all algorithms; a false claim fails")
    func slice() throws {
        let study = PackStudy(
            setting: [],
            calculations: [
                OnePointCases.calculation, GradientLimits.calculation, GradientPAC.calculation,
                try PreferenceBounds.calculation(),
            ],
            claims: OnePointCases.claims + GradientLimits.claims + GradientPAC.claims + PreferenceBounds.claims,
            figures: [PackFigure("One point", .calculation(OnePointCases.name))])
        let planted = Claim.computed(
            "As printed, the point leads to the target", published: "nowhere", quantity: "distance", .below(0.1)
        ) { evidence throws(MissingFigure) in
            try evidence.number(OnePointCases.name, "0.0", OnePointCases.printed)
        }
        let slice = try PackSlice(study, planting: planted)
        #expect(slice.planted.verdict == .fails, "\(slice.planted.numbers)")
        #expect(slice.claims.count == study.claims.count && slice.isDrawn)
        for line in slice.lines("") { #expect(line.hasPrefix("holds"), "\(line)") }
    }

    @Test("on a sparse graph the claim is that counter-gradients run away, and one that came nearer fails it")
    func sparse() throws {
        let images = StrategicImages(.slice)
        let claim = try #require(images.claims.first { $0.statement.hasPrefix("On a sparse graph") })
        for (distance, verdict) in [(1.587, ClaimVerdict.holds), (0.5, .fails)] {
            var results = PackResults()
            var table = CalculatedTable(rows: "attack, round", columns: StrategicImages.columns)
            table.add(StrategicImages.row(StrategicImages.sparse), [distance, 0.107, 0.2, 0.7, 6])
            results.add(table, for: images.calculation)
            #expect(JudgedClaim(claim, by: results).verdict == verdict)
        }
    }

    /// Six nodes with made-up data of three classes, one of them strategic.
    private func distances(_ settings: [String]) throws -> [Double] {
        let assembly = try smallAssembly(
            [
                "training.exchange=personal", "training.stepSize=0.15", "training.momentum=0",
                "training.weightDecay=0.1", "training.rounds=40", "measure.every=40",
                "aggregation.rule=weightedMean", "aggregation.tolerates.count=0", #"adversary.0.nodes=["1"]"#,
                #"adversary.0.attack={"kind": "commonCGA", "target": "2"}"#,
            ] + settings)
        let run = try #require(try CommonModelRun(assembly, but: 1) { false })
        return try #require(run.moments.last).models.map { model in
            model.reduce(0) { $0 + ($1 - 2) * ($1 - 2) }.squareRoot()
        }
    }

    @Test("strategic nodes lead the common model of all others to their target, and not under l2")
    func target() throws {
        let honest = try distances(["adversary=[]"]).max() ?? 0
        let led = try distances([])
        #expect(led.count == 5 && led.allSatisfy { $0 < 0.01 * honest }, "\(led) \(honest)")
        let held = try distances([#"training.exchange={"kind": "personal", "coupling": "l2"}"#, "training.rounds=80"])
        #expect(held.count == 5 && held.allSatisfy { $0 > 0.3 * honest }, "\(held) \(honest)")
    }

    @Test("settled, they keep it there as nodes with a model of their own")
    func settled() throws {
        let honest = try distances(["adversary=[]"]).max() ?? 0
        let kept = try distances([
            #"adversary.0.attack={"kind": "commonCGA", "target": "2", "settle": 30}"#, "training.rounds=70",
        ])
        #expect(kept.count == 5 && kept.allSatisfy { $0 < 0.02 * honest }, "\(kept)")
    }

    @Test(
        "data that count more lead nearer to where a model attack leads, on a net as embeddings",
        arguments: [#""softmax""#, #"{"kind": "features", "count": 6}"#])
    func weighed(architecture: String) throws {
        let features = architecture.contains("features") ? 6 : 4
        // What all classes share no labels can say.
        var model: [Double] = []
        for label in [-1.0, 0, 1] {
            for feature in 0..<features { model.append(feature.isMultiple(of: 2) ? 0.2 * label : -0.2 * label) }
        }
        model += [-0.1, 0, 0.1]
        let target = model.map { "\($0)" }.joined(separator: ",")
        func common(_ attack: String, weighing weight: Double? = nil) throws -> [Double] {
            let assembly = try smallAssembly([
                "training.exchange=personal", "training.stepSize=0.5", "training.momentum=0",
                "task.model=\(architecture)", "training.weightDecay=0.1", "training.rounds=100", "measure.every=100",
                "aggregation.rule=weightedMean", "aggregation.tolerates.count=0", #"adversary.0.nodes=["1"]"#,
                "adversary.0.attack=\(attack)",
            ])
            if let weight { #expect(try assembly.shard(of: NodeID(1)).weight == weight) }
            let run = try #require(try CommonModelRun(assembly, but: 1) { false })
            return try #require(run.moments.last).mean
        }
        let led = try common(#"{"kind": "ownModel", "target": "\#(target)"}"#)
        let points = #"{"kind": "softLabels", "points": 40, "target": "\#(target)""#
        func distance(_ attack: String, weighing weight: Double) throws -> Double {
            try common(attack, weighing: weight).minus(led).centred(classCount: 3).norm
        }
        let once = try distance(points + "}", weighing: 40)
        let often = try distance(points + #", "weight": 1000}"#, weighing: 40_000)
        #expect(often < 0.1 * once, "\(once) \(often)")
    }

    @Test(
        "attacks on the common model are refused where there is none",
        arguments: ["commonCGA", "ownModel", "constantPull", "boundedRandom"])
    func refused(attack: String) {
        let error = #expect(throws: ConfigurationFault.self) {
            _ = try smallAssembly(["adversary.0.attack=\(attack)"])
        }
        #expect(error.map { "\($0)".contains("training.exchange must be personal") } ?? false)
    }
}
