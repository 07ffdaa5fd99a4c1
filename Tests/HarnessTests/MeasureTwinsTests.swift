// Every measure against a slow twin that goes by its definition, and against worked numbers.
import Attacks
import Core
import Graphs
import Kernels
import Learning
import Metrics
import Scenario
import TestSupport
import Testing

@testable import Harness

/// Whether a model takes a sample with these features for that class.
private func takes(_ features: [Float], for label: Int, _ model: [Float], _ assembly: Assembly) throws -> Bool {
    let test = try assembly.testPart()
    let one = Samples(features: features, targets: .classes([Int32(label)], of: test.classCount), axes: test.axes)
    var scratch = ObjectiveScratch()
    return assembly.objective.evaluate(model.span, on: one, scratch: &scratch).accuracy == 1
}

private func features(of sample: Int, _ samples: Samples) -> [Float] {
    Array(samples.features[sample * samples.featureCount..<(sample + 1) * samples.featureCount])
}

@Suite("Measures and their slow twins")
struct MeasureTwinsTests {
    @Test("the deviation is that of a sample")
    func deviation() throws {
        #expect(AccuracyMeasure.deviation([0.25, 0.75]) == (2 * 0.0625 / 1).squareRoot())
        #expect(AccuracyMeasure.deviation([0.5]) == 0)
        let assembly = try smallAssembly()
        let moment = try moment(drawnModels(of: assembly), of: assembly)
        let accuracies = moment.accuracies.compactMap(\.self)
        let mean = accuracies.reduce(0, +) / 4
        let expected = (accuracies.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 3).squareRoot()
        #expect(expected > 0)
        #expect(isNear(try AccuracyMeasure.figures(of: moment, in: assembly)["accuracyDeviation"], expected))
    }

    @Test("the norm of variances is taken over coordinates")
    func varianceNorm() throws {
        let assembly = try smallAssembly(["measure.also=varianceNorm"])
        let models = try unlikeModels(of: assembly)
        let moment = try moment(models, of: assembly)
        let variances = moment.average.indices.map { place in
            let column = moment.models.map { Double($0.model[place]) }
            let mean = column.reduce(0, +) / Double(column.count)
            return column.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(column.count)
        }
        let expected = variances.map { $0 * $0 }.reduce(0, +).squareRoot()
        let measured = try VarianceNormMeasure.figures(of: moment, in: assembly)["varianceNorm"]
        #expect(expected > 0 && isNear(measured, expected))
        // The root of what is mostly called consensus distance squared is another number.
        #expect(!isNear(measured, variances.reduce(0, +)))
    }

    @Test("of models that are 0, 0, 2 and 2 everywhere every variance is 1, and their norm √dimension")
    func workedVarianceNorm() throws {
        let assembly = try smallAssembly(["measure.also=varianceNorm"])
        let values: [Float] = [0, 0, 2, 2]
        let models: [(node: NodeID, model: [Float])] = zip(assembly.honest, values).map { node, value in
            (node: node, model: constantModel(value, of: assembly))
        }
        #expect(models.count == 4 && assembly.dimension == 15)
        let figures = try VarianceNormMeasure.figures(of: moment(models, of: assembly), in: assembly)
        #expect(isNear(figures["varianceNorm"], Double(15).squareRoot(), within: 1e-12))
    }

    @Test("nodes stand at their places, and hostile ones leave gaps")
    func nodes() throws {
        let assembly = try smallAssembly(["measure.also=nodes"])
        let moment = try moment(unlikeModels(of: assembly), of: assembly)
        let figures = try NodesMeasure.figures(of: moment, in: assembly)
        let accuracies = figures.list("nodeAccuracies")
        #expect(accuracies.count == 6 && accuracies[1] == nil && accuracies[4] == nil)
        #expect([0, 2, 3, 5].map { accuracies[$0] } == moment.accuracies)
        #expect([0, 2, 3, 5].map { figures.list("nodeLosses")[$0] } == moment.losses)
        let usual = try NodesMeasure.figures(of: moment, in: smallAssembly())
        #expect(usual.list("nodeAccuracies") == accuracies && usual.value("nodeLosses") == nil)
    }

    @Test("classes are counted sample by sample")
    func classes() throws {
        let assembly = try smallAssembly()
        let moment = try moment(drawnModels(of: assembly), of: assembly)
        let test = try assembly.testPart()
        let labels = try #require(test.targets.labels)
        var right = [[Double]](repeating: [0, 0, 0], count: 4)
        for (node, one) in moment.models.enumerated() {
            for (sample, label) in labels.enumerated()
            where try takes(features(of: sample, test), for: Int(label), one.model, assembly) {
                right[node][Int(label)] += 1
            }
        }
        let counts = (0..<3).map { label in Double(labels.count { $0 == Int32(label) }) }
        let shares = right.map { zip($0, counts).map { $0.0 / $0.1 } }
        let figures = try ClassesMeasure.figures(of: moment, in: assembly)
        #expect(figures["classAccuracyWorst"] == shares.flatMap(\.self).min())
        #expect(isNear(figures["classAccuracyWorstMean"], shares.map { $0.min()! }.reduce(0, +) / 4))
        for label in 0..<3 {
            #expect(isNear(figures.list("classAccuracies")[label], shares.map { $0[label] }.reduce(0, +) / 4))
            #expect(figures.list("classAccuraciesWorst")[label] == shares.map { $0[label] }.min())
        }
    }

    /// What an attack wants, said again: the features it shows, and the class to take them for; `nil` for no sample of
    /// its.
    private static let wants: [(attack: String, wanted: @Sendable ([Float], Int) -> ([Float], Int)?)] = [
        ("labelFlip", { features, label in label == 1 ? nil : (features, 2 - label) }),
        (#"{"kind":"targetedFlip","source":2,"target":0}"#, { $1 == 2 ? ($0, 0) : nil }),
        (#"{"kind":"targetedFlip","source":2,"target":0,"both":true}"#, { $1 == 1 ? nil : ($0, 2 - $1) }),
        ("labelPermutation", { ($0, ($1 + 1) % 3) }),
        (
            #"{"kind":"backdoor","target":1,"size":2,"column":1,"value":3}"#,
            { features, label in label == 1 ? nil : ([features[0], 3, 3, features[3]], 1) }
        ),
    ]

    @Test("success is counted sample by sample, as the attack wants it", arguments: wants.indices)
    func success(index: Int) throws {
        let (attack, wanted) = Self.wants[index]
        let assembly = try smallAssembly(["adversary.attack=\(attack)"])
        let moment = try moment(drawnModels(of: assembly), of: assembly)
        let test = try assembly.testPart()
        let labels = try #require(test.targets.labels)
        let rates = try moment.models.map { _, model in
            let asked = labels.enumerated().compactMap { wanted(features(of: $0, test), Int($1)) }
            return Double(try asked.count { try takes($0.0, for: $0.1, model, assembly) }) / Double(asked.count)
        }
        let figures = try SuccessMeasure.figures(of: moment, in: assembly)
        #expect(figures["successWorst"] == rates.max())
        #expect(isNear(figures["successMean"], rates.reduce(0, +) / 4))
        #expect(rates.contains { $0 > 0 } && rates.contains { $0 < 1 })
    }

    @Test("of two attacks the more successful counts, and where none wants anything there is none")
    func successes() throws {
        let two = #"""
            adversary=[{"nodes":["1"],"attack":"labelFlip"},{"nodes":["4"],"attack":"labelPermutation"}]
            """#
        let both = try smallAssembly([two])
        let models = drawnModels(of: both)
        func worst(_ settings: [String]) throws -> Double? {
            let assembly = try smallAssembly(settings)
            return try SuccessMeasure.figures(of: moment(models, of: assembly), in: assembly)["successWorst"]
        }
        let single = try ["labelFlip", "labelPermutation"].map {
            try #require(try worst(["adversary.attack=\($0)"]))
        }
        #expect(single[0] != single[1])
        #expect(try worst([two]) == single.max())
        #expect(try worst([]) == nil && worst(["adversary.attack=randomLabels"]) == nil)
    }

    private static func record(_ tallies: [(node: Int, kept: Int, clipped: Int, removed: Int)], _ threshold: Double?)
        -> NodeRecord
    {
        var record = NodeRecord()
        record.threshold = threshold
        record.tallies = tallies.map { one in
            var tally = Tally()
            // One more was judged by its coordinates.
            tally.heard = one.kept + one.clipped + one.removed + 1
            (tally.kept, tally.clipped, tally.removed) = (one.kept, one.clipped, one.removed)
            return NodeRecord.NeighbourTally(neighbour: NodeID(one.node), tally: tally)
        }
        return record
    }

    @Test("detection counts what was clipped or removed, of hostile and of honest nodes")
    func screening() throws {
        let assembly = try smallAssembly()
        // 1 and 4 are hostile: of their 10 models 7 are caught, of the 12 honest ones 3.
        let records: [NodeID: NodeRecord] = [
            NodeID(0): Self.record([(1, 1, 2, 0), (2, 5, 1, 0), (4, 0, 0, 3)], 0.5),
            NodeID(2): Self.record([(1, 2, 0, 2), (0, 4, 0, 2)], 1.5), NodeID(3): Self.record([], nil),
            // Not an honest node's.
            NodeID(4): Self.record([(0, 0, 100, 0)], 7),
        ]
        let models = try unlikeModels(of: assembly)
        let figures = try ScreeningMeasure.figures(
            of: moment(models, of: assembly, records: records), in: assembly)
        #expect(figures["truePositiveRate"] == 0.7 && figures["falsePositiveRate"] == 0.25)
        #expect(figures["acceptanceRate"] == 12.0 / 22 && figures["threshold"] == 1)
        let none = try ScreeningMeasure.figures(of: moment(models, of: assembly), in: assembly)
        #expect(none.entries.isEmpty)
    }

    @Test(
        "traffic is every message of an honest node to a neighbour",
        arguments: [([], 20), (["training.mixEvery=3"], 6), (["training.gossipSteps=2"], 40)])
    func traffic(settings: [String], exchanges: Int) throws {
        let assembly = try smallAssembly(settings)
        var measure = try #require(TrafficMeasure(assembly, test: assembly.testPart()))
        var scratch = ObjectiveScratch()
        let models = try unlikeModels(of: assembly)
        // 4 honest nodes with 5 neighbours each and 15 parameters of 4 bytes.
        #expect(assembly.dimension == 15)
        for rounds in [0, 7, 20] {
            let figures = measure.figures(of: try moment(models, of: assembly, rounds: rounds), scratch: &scratch)
            let steps = rounds * exchanges / 20
            #expect(figures["modelBytes"] == Double(steps * 4 * 5 * 15 * 4), "after \(rounds)")
        }
    }

    @Test("traffic follows a graph that changes, and nodes that sit out")
    func changingTraffic() throws {
        let assembly = try smallAssembly([
            "training.participation=0.5", "training.exchange=gradient", "aggregation.rule=trimmedMean",
        ])
        let byHand = try (0..<20).reduce(0) { count, round in
            try assembly.honest.reduce(count) { count, node in
                let configuration = try assembly.node(node).configuration
                return count
                    + configuration.roundNeighbourhood(in: Round(round)).links.members.count(where: \.receives)
            }
        }
        let end = try moment(unlikeModels(of: assembly), of: assembly, rounds: 20)
        let bytes = try TrafficMeasure.figures(of: end, in: assembly)["modelBytes"]
        #expect(bytes == Double(byHand * 15 * 4) && byHand < 400 && byHand > 0)
    }

    @Test("the target is reached at the first moment that is at it or above")
    func target() throws {
        let assembly = try smallAssembly(["measure.target=0.5"])
        let moments = [(0, 0.1, 0.2), (10, 0.3, 0.5), (20, 0.6, 0.9), (30, 0.4, 0.9), (40, 0.9, 0.9)].map { moment in
            (
                rounds: moment.0,
                figures: figures([
                    ("accuracyWorst", moment.1), ("accuracyMean", moment.2), ("modelBytes", Double(8 * moment.0)),
                ])
            )
        }
        let reached = TargetMeasure.figures(of: measuredRun(assembly, moments: moments))
        #expect(reached["roundsToTargetMean"] == 10 && reached["roundsToTargetWorst"] == 20)
        #expect(reached["bytesToTargetMean"] == 80 && reached["bytesToTargetWorst"] == 160)
        let missed = TargetMeasure.figures(of: measuredRun(assembly, moments: Array(moments[..<2])))
        #expect(missed["roundsToTargetMean"] == 10 && missed["roundsToTargetWorst"] == nil)
        #expect(missed.value("roundsToTargetWorst") == .number(nil), "it was asked for, and is null")
        let line = TargetMeasure.line(of: missed, in: assembly.experiment)
        #expect(line?.value == "not reached   (mean: round 10, 8.00e-5 MB)" && line?.name == "until 50.0 %, all")
        let unasked = TargetMeasure.figures(of: measuredRun(try smallAssembly(), moments: moments))
        #expect(unasked.entries.isEmpty)
    }

    @Test("impact is what was lost against the reference, and gain what was won")
    func impact() throws {
        let assembly = try smallAssembly()
        let own = assembly.honest.map { ($0, constantModel(1, of: assembly)) }
        let other = assembly.honest.map { ($0, constantModel(Float($0.index), of: assembly)) }
        let references = [
            ReferenceRun(.noAttack, evaluations: [evaluation(20, worst: 0.75)], models: other),
            ReferenceRun(.noCommunication, evaluations: [evaluation(20, worst: 0.25)], models: []),
        ]
        let run = measuredRun(assembly, final: evaluation(20, worst: 0.5), models: own, references: references)
        let figures = ImpactMeasure.figures(of: run)
        #expect(figures["attackImpactWorst"] == 0.25 && figures["communicationGainWorst"] == 0.25)
        #expect(isNear(figures["attackImpactMean"], 0.125) && isNear(figures["communicationGainMean"], 0.125))
        // Nodes 0, 2, 3 and 5 are 1, 1, 2 and 4 away in each of 15 elements.
        #expect(isNear(figures["honestDrift"], 2 * Double(15).squareRoot()))
        #expect(ImpactMeasure.figures(of: measuredRun(assembly)).entries.isEmpty)
        // Of losses, it is no share.
        #expect(MeasureCatalog.figure(named: "attackImpactWorst")?.text(554.94).contains("%") == false)
        let fewer = measuredRun(assembly, final: evaluation(20, nodes: 3), models: own, references: references)
        #expect(ImpactMeasure.figures(of: fewer).entries.isEmpty)
    }

    @Test(
        "placement follows the powers of the mixing matrix",
        arguments: [
            #"{"family":"ring","nodes":6}"#, #"{"family":"star","nodes":6}"#, #"{"family":"complete","nodes":6}"#,
        ])
    func placement(topology: String) throws {
        let assembly = try smallAssembly(["topology=\(topology)"])
        let matrix = denseMatrix(assembly.graphs.weights(in: Round(0)))
        var power = matrix
        var sum = 0.0
        for exchange in 1...20 {
            for i in [0, 2, 3, 5] { for j in [1, 4] { sum += power[i][j] / 4 } }
            guard exchange < 20 else { break }
            power = power.map { row in
                (0..<6).map { j in (0..<6).reduce(0.0) { $0 + row[$1] * matrix[$1][j] } }
            }
        }
        let figures = PlacementMeasure.figures(of: measuredRun(assembly))
        #expect(isNear(figures["placementInfluence"], sum / 20, within: 1e-12))
        let honest = PlacementMeasure.figures(of: measuredRun(try smallAssembly(["adversary=[]"])))
        #expect(honest.entries.isEmpty)
    }

    @Test("disagreement is over all pairs, and over the links between honest nodes")
    func disagreement() throws {
        let assembly = try smallAssembly([#"topology={"family":"ring","nodes":6}"#])
        func distance(_ a: [Float], _ b: [Float]) -> Double {
            zip(a, b).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }.squareRoot()
        }
        let unlike = try unlikeModels(of: assembly)
        // Whoever has which model: the two that are furthest apart are next to each other, or are not.
        for turn in unlike.indices {
            let models = unlike.indices.map { (node: unlike[$0].node, model: unlike[($0 + turn) % 4].model) }
            let all = models.flatMap { one in models.map { distance(one.model, $0.model) } }
            // On the ring 0-1-2-3-4-5 with 1 and 4 hostile, 2-3 and 5-0 are left: places 1-2 and 3-0.
            let links = [(1, 2), (3, 0)].map { distance(models[$0].model, models[$1].model) }
            let figures = try DisagreementMeasure.figures(of: moment(models, of: assembly), in: assembly)
            #expect(isNear(figures["disagreement"], all.max()))
            #expect(isNear(figures["edgeDisagreement"], links.map { $0 * $0 }.reduce(0, +) / 2))
        }
        let split = try smallAssembly([
            #"topology={"family":"ring","nodes":6}"#, #"adversary={"nodes":["0","2","4"],"attack":"signFlip"}"#,
        ])
        let alone = try DisagreementMeasure.figures(of: moment(unlikeModels(of: split), of: split), in: split)
        #expect(alone["edgeDisagreement"] == nil && alone["disagreement"] != nil)
        // Nobody sends both ways, and every two of the three are linked.
        let directed = try smallAssembly([
            #"""
            topology={"directed":true,"nodes":[{"id":"0"},{"id":"1"},{"id":"2"}],"edges":[
             {"source":"0","target":"1"},{"source":"1","target":"2"},{"source":"2","target":"0"}]}
            """#,
            "adversary=[]", "aggregation.rule=weightedMean", #"aggregation.tolerates={"kind":"declared","count":0}"#,
        ])
        let three = try unlikeModels(of: directed)
        let pairs = [(0, 1), (1, 2), (2, 0)].map { distance(three[$0].model, three[$1].model) }
        let round = try DisagreementMeasure.figures(of: moment(three, of: directed), in: directed)
        #expect(isNear(round["edgeDisagreement"], pairs.map { $0 * $0 }.reduce(0, +) / 3))
    }
}
