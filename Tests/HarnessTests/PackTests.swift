// A slice of the packs label-poisoning and ios-table: seconds of them, with the order of rules on the digits; and what
// holds of every pack of the catalogue.
import Platform
import Registry
import Scenario
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
        #expect(claims.count == 22)
        for claim in claims {
            let judged = JudgedClaim(claim, by: results)
            // How far ξ is from A after so few rounds the paper does not say.
            guard !claim.quantity.hasPrefix("ξ/A") else { continue }
            #expect(judged.verdict == .holds, "\(claim.statement): \(judged.numbers)")
            #expect(JudgedClaim(planted(like: claim), by: results).verdict == .fails, "\(claim.statement)")
        }
        let table = try #require(results.calculated["heterogeneity"])
        func ratio(_ row: String) throws -> Double {
            try #require(table.value(row, "ξ")) / #require(table.value(row, "A"))
        }
        #expect(try ratio("one label, static") > ratio("iid, static"))
    }
}

@Suite("A slice of ios-table")
struct IOSTableTests: ~Copyable {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    @Test(
        "one label a node, IOS withstands noise and isolation, which ruin plain gossip and trimming; planted claims fail"
    )
    func order() throws {
        var study = IOSTable(quick)
        study.seeds = 1
        study.rounds = 400
        study.graphs = [IOSTable.Graph.all[0]]
        study.rules = ["no communication", "weighted mean", "trimmed mean", "IOS"]
        study.attacks = ["none", "Gaussian", "isolation", "ALIE"]
        let whole = try study.study()
        let results = try results(of: [whole.sweeps[0]], in: folder.path)
        let claims = whole.claims.map { JudgedClaim($0, by: results) }.filter { $0.estimate != nil }
        let statements = [
            "IOS under Gaussian", "IOS under isolation", "Gaussian noise ruins", "Isolation takes",
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

    @Test("the graph ER has the published number of edges and none twice")
    func edges() throws {
        let study = try IOSTable(quick).study()
        let plan = try SweepPlan(study.sweeps[2], in: "a slice")
        let topology = try plan.assembly(of: 0).topology
        #expect(topology.nodeCount == 12 && topology.edges.count == 47)
        #expect(try plan.assembly(of: plan.keys.count - 1).hostile.map(\.index) == [6, 7])
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
            let names = study.sweeps.map(\.name)
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
