// A slice of the packs label-poisoning and ios-table: seconds of them, with the order of rules on the digits; and what
// holds of every pack of the catalogue.
import Platform
import Registry
import Scenario
import TestSupport
import Testing

@testable import Harness

/// Runs some sweeps of a study and computes nothing else.
private func results(of sweeps: [Sweep], in folder: String) throws -> PackResults {
    var results = PackResults()
    for sweep in sweeps {
        let plan = try SweepPlan(sweep, in: "a slice")
        let files = try SweepFiles(for: sweep, in: folder)
        #expect(
            try SweepRun(plan, in: files).simulate(files.missing(of: plan), threads: 2) {
                result throws(SystemFault) in try files.add(result)
            })
        results.add(SweepTable(plan, result: files.result))
    }
    return results
}

private let quick = PackRequest(scale: .quick, images: .digits)

/// The same claim turned round, or moved out of reach.
private func planted(like claim: Claim) -> Claim {
    let expectation: Claim.Expectation =
        switch claim.expectation {
        case .above(let bound): .below(bound - 2 * claim.tolerance)
        case .below(let bound): .above(bound + 2 * claim.tolerance)
        case .near(let value): .near(value + 3 * claim.tolerance)
        }
    return Claim(
        "planted", published: "", quantity: "", expectation, tolerance: claim.tolerance, isShare: claim.isShare,
        over: claim.sweep, measure: claim.measure)
}

@Suite("A slice of label-poisoning")
struct LabelPoisoningTests: ~Copyable {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    @Test("one label a node, the mean beats trimmed mean, FABA and IOS; planted claims fail")
    func order() throws {
        var study = LabelPoisoning(quick)
        study.seeds = 1
        study.graphs = [LabelPoisoning.Graph.all[0], LabelPoisoning.Graph.all[3]]
        study.only = ["weighted mean", "trimmed mean", "FABA", "IOS"]
        study.softmax.rounds = 120
        let whole = try study.study()
        let results = try results(of: [whole.sweeps[0]], in: folder.path)
        let claims = whole.claims.filter { $0.statement.hasPrefix("One label a node, ") && $0.sweep == "softmax" }
        #expect(claims.count == 4)
        for claim in claims {
            let judged = JudgedClaim(claim, by: results)
            #expect(judged.verdict == .holds, "\(claim.statement): \(judged.numbers)")
            #expect(JudgedClaim(planted(like: claim), by: results).verdict == .fails)
        }
        // With iid data they are within a few points on the complete graph.
        let evidence = Evidence(results, seed: 0)
        let accuracies = try study.rules.map { rule in
            try evidence.figure(
                "softmax",
                ["topology, adversary": "complete, static", "task.split": "iid", "aggregation": rule.name])
        }
        let spread = try #require(accuracies.max()) - #require(accuracies.min())
        #expect(spread < 0.05)
    }

    @Test("what is computed holds to theory, and planted claims fail")
    func theory() throws {
        var study = LabelPoisoning(quick)
        study.softmax.rounds = 30
        let whole = try study.study()
        var results = PackResults()
        for calculation in whole.calculations {
            results.add(try #require(try calculation.run { false }), for: calculation)
            #expect(try calculation.name == "two worlds" || calculation.run { true } == nil)
        }
        let claims = whole.claims.filter { $0.sweep == nil }
        #expect(claims.count == 18)
        for claim in claims {
            let judged = JudgedClaim(claim, by: results)
            #expect(judged.verdict == .holds, "\(claim.statement): \(judged.numbers)")
            #expect(JudgedClaim(planted(like: claim), by: results).verdict == .fails, "\(claim.statement)")
        }
        let table = try #require(results.calculated["heterogeneity"])
        for seed in 1...3 {
            func value(_ row: String, _ column: String) throws -> Double {
                try #require(table.value("\(row), static, seed \(seed)", column))
            }
            // How far ξ is from A after so few rounds the paper does not say.
            let ratios = try ["one label", "iid"].map { try value($0, "ξ") / value($0, "A") }
            #expect(ratios[0] > ratios[1])
            for column in ["ξ", "A"] {
                let bound = try value("one label", "bound on \(column)")
                #expect(try value("one label", column) < bound)
            }
        }
    }
}

@Suite("The convolutional net of label-poisoning")
struct ConvolutionalNetTests {
    @Test("runs on a folder with CIFAR-10, and its claims are judged")
    func net() throws {
        let folder = try TemporaryDirectory()
        for file in MemoryFiles.ofEveryDataset where SmallPhotographs.cifar10Names.contains(file.path) {
            try Files.write(file.bytes, to: "\(folder.path)/\(file.path)")
        }
        let request = try PackData.request(
            .quick, for: "label-poisoning", given: ["cifar10=\(folder.path)"], cache: nil)
        var study = LabelPoisoning(request)
        study.seeds = 1
        study.only = ["weighted mean", "trimmed mean"]
        (study.net.rounds, study.net.batchSize) = (2, 4)
        let whole = try study.study()
        let sweep = try #require(whole.sweeps.last)
        #expect(sweep.name == LabelPoisoning.convolutionalName)
        let results = try results(of: [sweep], in: folder.path)
        let claims = whole.claims.filter { $0.sweep == sweep.name }.map { JudgedClaim($0, by: results) }
        #expect(claims.count == 4 && claims.allSatisfy { $0.estimate != nil })
        let figures = whole.figures.filter { $0.title.contains("convolutional") }
        #expect(figures.count == 1)
        for figure in figures { #expect(try !FigureDrawing(figure, id: "f", results).markup.text.isEmpty) }
    }
}

@Suite("A slice of ios-table")
struct IOSTableTests: ~Copyable {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    @Test(
        "one label a node, IOS withstands noise, isolation and sign flip, which ruin other rules; planted claims fail"
    )
    func order() throws {
        var study = IOSTable(quick)
        study.seeds = 1
        study.graphs = [IOSTable.Graph.all[0]]
        study.rules = ["no communication", "weighted mean", "trimmed mean", "SCC", "IOS"]
        study.attacks = ["none", "Gaussian", "sign flip", "isolation", "ALIE"]
        let whole = try study.study()
        let results = try results(of: [whole.sweeps[0]], in: folder.path)
        let claims = whole.claims.map { JudgedClaim($0, by: results) }.filter { $0.estimate != nil }
        let statements = [
            "IOS under sign flip", "Sign flip ruins SCC", "IOS under Gaussian", "IOS under isolation",
            "Gaussian noise ruins", "Isolation takes",
            "The trimmed mean loses much to isolation", "ALIE costs IOS",
        ]
        for start in statements {
            let judged = try #require(claims.first { $0.claim.statement.hasPrefix(start) })
            #expect(judged.verdict == .holds, "\(judged.claim.statement): \(judged.numbers)")
            #expect(JudgedClaim(planted(like: judged.claim), by: results).verdict == .fails)
        }
        // Rules that did not run leave their claims open.
        let krum = try #require(whole.claims.first { $0.statement.hasPrefix("Krum") })
        #expect(JudgedClaim(krum, by: results).verdict.name == "not comparable")
    }

    @Test("sign flip ruins IOS where models start near zero, so that the mean has no direction")
    func nearZero() throws {
        var study = IOSTable(quick)
        study.seeds = 1
        study.graphs = [IOSTable.Graph.all[0]]
        study.rules = ["weighted mean", "IOS"]
        study.attacks = ["none", "sign flip"]
        study.deviation = 0.01
        let whole = try study.study()
        let results = try results(of: [whole.sweeps[0]], in: folder.path)
        let claim = try #require(whole.claims.first { $0.statement.hasPrefix("IOS under sign flip") })
        #expect(JudgedClaim(claim, by: results).verdict == .fails)
    }

    @Test("the graph ER has the published number of edges and none twice")
    func edges() throws {
        let study = try IOSTable(quick).study()
        let plan = try SweepPlan(study.sweeps[2], in: "a slice")
        let topology = try plan.assembly(of: 0).topology
        #expect(topology.nodeCount == 12 && topology.edges.count == 47)
        #expect(try plan.assembly(of: plan.keys.count - 1).hostile.map(\.index) == [6, 7])
    }
}

@Suite("A part of a pack")
struct PartOfAPackTests {
    @Test("one sweep runs without the others, whose claims say so, and an unknown one is refused")
    func sweep() throws {
        let folder = try TemporaryDirectory()
        let study = try ClippedGossipPack(quick, rounds: 3, seeds: 1).study()
        let pack = PaperPack(name: "slice", summary: "", papers: []) { _ in study }
        func run(_ sweeps: [String]) throws -> PackRun.Outcome {
            try PackRun(pack, quick, in: folder.path, sweeps: sweeps, threads: 2).run(
                threads: 2, say: { _ in }, progress: { _, _ in })
        }
        guard case .finished(let claims) = try run([ClippedGossipPack.ring]) else {
            Issue.record("not finished")
            return
        }
        #expect(claims.contains { $0.claim.sweep == ClippedGossipPack.ring })
        #expect(claims.contains { $0.claim.sweep != ClippedGossipPack.ring && $0.claim.incomparable == nil })
        for judged in claims {
            let isMissing = judged.claim.sweep != ClippedGossipPack.ring
            #expect((judged.estimate == nil) == isMissing)
            if isMissing, judged.claim.incomparable == nil {
                #expect("\(judged.verdict)".hasSuffix("has not been run"))
            }
        }
        let fault = #expect(throws: ConfigurationFault.self) { try run(["malicious rings"]) }
        #expect(fault?.description.contains("did you mean 'malicious ring'?") == true)
    }
}

@Suite("Every pack")
struct EveryPackTests {
    @Test("has a name of its own, and every cell, claim and figure of it can be found", arguments: PackCatalog.all)
    func whole(pack: PaperPack) throws {
        #expect(PackCatalog.all.count { $0.name == pack.name } == 1)
        let full = PackRequest(
            scale: .full, images: .mnist("/nowhere"), colours: .cifar10("/nowhere"))
        for request in [quick, full] {
            let study = try pack.study(request)
            #expect(!study.claims.isEmpty && !study.figures.isEmpty && !study.setting.isEmpty)
            let names = study.sweeps.map(\.name) + study.calculations.map(\.name)
            #expect(Set(names).count == names.count)
            #expect(Set(study.claims.map(\.statement)).count == study.claims.count)
            for claim in study.claims {
                if let sweep = claim.sweep { #expect(names.contains(sweep), "\(claim.statement)") }
                // It can come out either way.
                #expect(claim.range.lowerBound > -.infinity || claim.range.upperBound < .infinity)
            }
        }
    }

    @Test("a pack without its data says what is missing and how to get it")
    func data() throws {
        let folder = try TemporaryDirectory()
        func message(_ given: [String]) -> String {
            do throws(ConfigurationFault) {
                _ = try PackData.request(.full, for: "ios-table", given: given, cache: folder.path)
                return ""
            } catch {
                return error.description
            }
        }
        #expect(message([]).contains("gossipnode/fashion-mnist/train-images-idx3-ubyte"))
        #expect(message([]).contains("Scripts/get-fashion-mnist"))
        #expect(message(["mnist=\(folder.path)"]).contains("there is no train-images-idx3-ubyte in"))
        #expect(message(["minst=x"]).contains("mnist=DIR, cifar10=DIR"))
        try Files.write([0], to: "\(folder.path)/train-images-idx3-ubyte.gz")
        let found = try PackData.request(.full, for: "ios-table", given: ["mnist=\(folder.path)"], cache: nil)
        #expect(found.images.isMNIST)
        #expect(throws: ConfigurationFault.self) { try PackCatalog.named("ios-tables") }
    }
}
