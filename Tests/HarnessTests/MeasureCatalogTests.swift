// The catalogue of measures: what every entry must have, and that runs measure what it names and nothing else.
import JSON
import Metrics
import Platform
import Scenario
import Simulation
import TestSupport
import Testing

@testable import Harness

/// Names a figure of another measure once more, says nothing of it, and needs to be asked for by a taken word.
private enum Careless: Measure {
    static let name = "accuracy"
    static let summary = ""
    static let measuredAt = MeasuredAt.end
    static let extra: ExtraMeasure? = .mixing
    static let figures = [Figure("lossMean", .share, "")]
}

@Suite("The catalogue of measures")
struct MeasureCatalogTests {
    private typealias Entry = any Measure.Type

    private static func others(than entry: Entry) -> [Entry] { MeasureCatalog.all.filter { $0 != entry } }

    private static let laws: [Law<any Measure.Type>] = [
        Law("has a name and figures of its own", brokenBy: Careless.self) { entry, verdict in
            let taken = Set(MeasureCatalogTests.others(than: entry).flatMap { $0.figures.map(\.name) })
            verdict.expect(
                !MeasureCatalogTests.others(than: entry).contains { $0.name == entry.name },
                "\(entry.name) is there twice")
            for figure in entry.figures { verdict.expect(!taken.contains(figure.name), "\(figure.name) is taken") }
            verdict.expect(Set(entry.figures.map(\.name)).count == entry.figures.count, "a figure is there twice")
        },
        Law("says what it is, in a sentence, and how each figure is defined", brokenBy: Careless.self) {
            entry, verdict in
            verdict.expect(entry.summary.hasSuffix("."), "'\(entry.summary)'")
            for figure in entry.figures {
                verdict.expect(!figure.definition.isEmpty && !figure.definition.hasSuffix("."), "\(figure.name)")
                verdict.expect(figure.name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }, figure.name)
            }
        },
        Law("is asked for by its own name, if it must be asked for", brokenBy: Careless.self) { entry, verdict in
            verdict.expect(entry.extra.map { $0.rawValue == entry.name } ?? true, "\(entry.name)")
        },
    ]

    @Test("every measure obeys", arguments: laws.indices)
    func obeys(law: Int) throws {
        for entry in MeasureCatalog.all { #expect(try Self.laws[law].violations(of: entry) == [], "\(entry.name)") }
        #expect(try !Self.laws[law].violationsOfCounterexample.isEmpty)
    }

    @Test("whatever may be asked for is there", arguments: ExtraMeasure.allCases)
    func extras(extra: ExtraMeasure) {
        #expect(MeasureCatalog.all.contains { $0.name == extra.rawValue })
        // Success comes by itself where there is one, and so do the nodes.
        #expect(MeasureCatalog.all.contains { $0.extra == extra } || extra == .success || extra == .nodes)
    }

    private static let everything = [
        #"measure.also=["nodes","classes","gradients","mixing","disagreement","equivocation","varianceNorm"]"#,
        "measure.target=0.1", #"measure.reference=["noAttack","noCommunication"]"#, "measure.every=5",
    ]

    private func summary(_ settings: [String]) throws -> RunSummary {
        let assembly = try smallAssembly(settings)
        let (ended, _) = try SimulatedRun(assembly, options: .init()).run(evaluated: { _ in }, shouldStop: { false })
        var outcome = ended
        outcome.references = try ReferenceRun.all(of: assembly, options: .init())
        outcome.stability = try StabilityStudy.result(of: assembly, options: .init())
        return try RunSummary(outcome, of: assembly)
    }

    /// All that theory says of stability: a strongly convex loss on models of a bounded norm, short whole steps.
    private static let stable = [
        "measure.stability.twins=1", "training.exchange=gradient", "training.momentum=0",
        "training.weightDecay=0.1", "training.stepSize=0.05", "training.batchSize=1000", "training.rounds=3",
        #"training.projection={"kind": "ball", "radius": 5}"#, "aggregation.tolerates.count=2",
        #"aggregation.rule={"kind": "smea", "protectSelf": false}"#,
    ]

    @Test("every figure of it is measured in some run, and no other")
    func complete() throws {
        let runs = try [
            summary(Self.everything + ["adversary.attack=labelFlip", "task.validation=0.2"]),
            summary([
                "training.exchange=personal", "training.momentum=0", "measure.reference=noAttack",
                #"adversary.attack={"kind":"constant","target":"1"}"#,
            ]),
            summary(["task.model=quadratic", "training.stepSize=0.1"]), summary(["aggregation.rule=clippedGossip"]),
            summary(Self.stable), summary(Self.stable + ["adversary.attack=labelFlip"]),
            summary(["measure.also=membership", #"training.privacy={"clip":1,"noiseMultiplier":2}"#]),
        ]
        let measured = runs.flatMap(\.figures.entries)
        #expect(Set(measured.map(\.name)) == Set(MeasureCatalog.figures.map(\.name)))
        for (name, value) in measured {
            let isList = if case .list = value { true } else { false }
            #expect(MeasureCatalog.figure(named: name)?.isList == isList, "\(name)")
        }
    }

    @Test("by default only what costs nothing is measured, and nobody is simulated beside")
    func defaults() throws {
        let summary = try summary([])
        #expect(summary.references.isEmpty)
        let extras = MeasureCatalog.all.filter { $0.extra != nil }.flatMap { $0.figures.map(\.name) }
        #expect(!extras.isEmpty && !summary.figures.entries.isEmpty)
        #expect(Set(summary.figures.entries.map(\.name)).isDisjoint(with: extras))
    }

    @Test("no figure is written as what is no number, in words neither")
    func words() {
        for figure in MeasureCatalog.figures {
            #expect(figure.text(nil) == "–" && figure.text(.nan) == "–" && figure.text(-.nan) == "–")
            // No privacy at all is an answer, and no run that diverged.
            #expect(figure.text(.infinity) == (figure.unit == .epsilon ? "∞" : "diverged"))
            #expect(figure.text(-.infinity) == "diverged")
            #expect(!figure.text(0.5).isEmpty)
        }
        #expect(MeasureCatalog.figure(named: "successWorst")?.text(0.5) == "50.0 %")
        #expect(MeasureCatalog.figure(named: "modelBytes")?.text(2.5e6) == "2.50 MB")
        #expect(MeasureCatalog.figure(named: "roundsToTargetMean")?.text(40) == "40")
    }

    @Test("lines of metrics are read back as they were measured")
    func reading() throws {
        let assembly = try smallAssembly(Self.everything + ["adversary.attack=labelFlip", "task.validation=0.2"])
        let (outcome, _) = try SimulatedRun(assembly, options: .init()).run(evaluated: { _ in }, shouldStop: { false })
        #expect(outcome.evaluations.count > 1)
        for record in outcome.evaluations {
            let line = try StrictJSON.read(Array(record.json.dropLast()), name: "")
            #expect(EvaluationRecord(line) == record)
            #expect(EvaluationRecord(line)?.allFigures == record.allFigures)
        }
        for text in ["{}", #"{"rounds":1}"#, #"{"rounds":1,"loss":3}"#, #"{"loss":{}}"#] {
            #expect(EvaluationRecord(try StrictJSON.read(text, name: "")) == nil, "\(text)")
        }
    }

    @Test("models that run away are measured without a number that is none")
    func divergence() throws {
        let assembly = try smallAssembly(
            Self.everything + [
                #"training.stepSize={"kind": "constant", "value": 1000}"#, "training.weightDecay=1",
                "training.rounds=40", "measure.every=1",
            ])
        let (outcome, _) = try SimulatedRun(assembly, options: .init()).run(evaluated: { _ in }, shouldStop: { false })
        #expect(outcome.final == nil && !outcome.evaluations.isEmpty)
        for record in outcome.evaluations {
            let text = String(decoding: record.json, as: UTF8.self)
            #expect(!text.contains("nan") && !text.contains("inf"))
        }
        let summary = try RunSummary(outcome, of: assembly)
        #expect(!summary.json.contains("nan") && !summary.table(runDirectory: nil).contains("nan"))
    }
}

@Suite("Reference runs")
struct ReferenceRunTests {
    private func models(_ assembly: Assembly) throws -> [[Float]] {
        let (outcome, _) = try SimulatedRun(assembly, options: .init()).run(evaluated: { _ in }, shouldStop: { false })
        let honest = Set([0, 2, 3, 5])
        return outcome.finalModels.filter { honest.contains($0.node.index) }.map(\.model)
    }

    @Test(
        "without attack is what comes of the experiment without its adversary",
        arguments: [[], ["adversary.attack=labelFlip"], ["adversary.attack=dissensus", "adversary.taps=honest"]])
    func noAttack(settings: [String]) throws {
        let assembly = try smallAssembly(settings + ["measure.reference=noAttack"])
        let runs = try ReferenceRun.all(of: assembly, options: .init())
        let honest = try models(smallAssembly(["adversary=[]"]))
        #expect(runs.map(\.kind) == [.noAttack] && runs[0].models.map(\.model) == honest)
        #expect(runs[0].models.map(\.node) == assembly.honest)
        #expect(try runs[0].models.map(\.model) != models(assembly))
        #expect(runs[0].evaluations.map(\.rounds) == [0, 10, 20] && runs[0].final?.nodes == 4)
    }

    @Test("without communication is what comes of a rule that mixes nothing")
    func noCommunication() throws {
        let assembly = try smallAssembly(["measure.reference=noCommunication"])
        let runs = try ReferenceRun.all(of: assembly, options: .init())
        let alone = try models(smallAssembly(["aggregation.rule=noCommunication"]))
        #expect(alone.count == assembly.honest.count)
        #expect(runs.map(\.kind) == [.noCommunication] && runs[0].models.map(\.model) == alone)
    }

    @Test("is not begun with once somebody wants to stop")
    func stopped() throws {
        let assembly = try smallAssembly([#"measure.reference=["noAttack","noCommunication"]"#])
        var begun: [Reference] = []
        let runs = try ReferenceRun.all(of: assembly, options: .init()) {
            begun.append($0)
        } shouldStop: {
            true
        }
        #expect(runs.isEmpty && begun == [.noAttack])
    }

    @Test("stands in the summary, in files of its own, and beside the run in the report")
    func shown() throws {
        let assembly = try smallAssembly([
            #"measure.reference=["noAttack","noCommunication"]"#, "adversary.attack=labelFlip", "measure.every=5",
            "measure.also=classes",
        ])
        let folder = try TemporaryDirectory()
        let files = try RunFiles(for: assembly, in: folder.path, made: .simulation(SimulationSettings()))
        let (ended, _) = try SimulatedRun(assembly, options: .init()).run(
            evaluated: { (evaluations: [EvaluationRecord]) throws(SystemFault) in try files.append(evaluations) },
            shouldStop: { false })
        var outcome = ended
        outcome.references = try ReferenceRun.all(of: assembly, options: .init())
        let summary = try RunSummary(outcome, of: assembly)
        try files.write(outcome, summary)

        let json = try StrictJSON.read(summary.json, name: "")
        let references = json.member("references")?.elements ?? []
        #expect(references.map { $0.member("kind")?.text } == ["noAttack", "noCommunication"])
        let worst = outcome.references.map { $0.final?.test.worst }
        #expect(references.map { $0.member("measures")?.member("accuracyWorst")?.number } == worst)
        #expect(
            json.member("measures")?.member("attackImpactWorst")?.number == worst[0]! - summary.final!.test.worst)

        var reader = try RunReader(files.directory)
        let run = try reader.read()
        #expect(run.references.map(\.kind) == [.noAttack, .noCommunication])
        #expect(run.references[1].evaluations.map(\.rounds) == [0, 5, 10, 15, 20])
        #expect(run.references.map { $0.evaluations.last?.worst } == worst)
        let page = Page(run)
        #expect(faults(inMarkup: page.text).isEmpty)
        for title in ["Accuracy", "Attack success", "The worst class"] { #expect(page.contains("<h2>\(title)</h2>")) }
        #expect(page.contains("chance <b>") && page.contains("worst without communication <b>"))
        let row = page.rows(of: "Measures").first { $0.first == "attackImpactWorst" }
        #expect(
            row?[1]
                == Substring(
                    MeasureCatalog.figure(named: "attackImpactWorst")!.text(summary.figures["attackImpactWorst"])))

        let table = try Files.read(files.directory.measures).split(separator: UInt8(ascii: "\n"))
        let header = String(decoding: table[0], as: UTF8.self).split(separator: ",")
        #expect(table.count == 6 && header[0] == "rounds" && header.contains("successWorst"))
        #expect(header.contains("classAccuracies.2") && !header.contains("classAccuracies.3"))
        let place = header.firstIndex(of: "accuracyWorst")!
        let last = String(decoding: table[5], as: UTF8.self).split(separator: ",", omittingEmptySubsequences: false)
        #expect(last.count == header.count && Double(last[place]) == summary.final?.test.worst)
        let lines = MeasureCatalog.all.compactMap { $0.line(of: summary.figures, in: assembly.experiment) }
        #expect(lines.count == 4 && lines.allSatisfy { $0.name.count < 22 && $0.value.count <= 57 })
        for line in lines { #expect(summary.table(runDirectory: nil).contains("\n\(line.name) ")) }
    }
}
