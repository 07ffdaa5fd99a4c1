// Verdicts on made-up facts: the sentence for every kind of end, and the exit status that follows.
import Metrics
import Registry
import Scenario
import Simulation
import Testing

@testable import Harness

/// Facts of a run, and what must be said of it.
struct VerdictCase: CustomTestStringConvertible, Sendable {
    var scores: [Double] = []
    /// Each survivor's, relative; all at 0.01 by default.
    var distances: [Double]?
    var lost: [LostNode.Kind] = []
    var cause: String?
    var bar = Bar.chance(Chance(classes: [500, 500]))
    var wasStopped = false
    let text: String
    let hasFailed: Bool

    var testDescription: String { text }

    /// Survivors are called a, b, c, …, lost nodes 0, 1, 2, …
    var verdict: Verdict {
        let distances = distances ?? scores.map { _ in 0.01 }
        let median = distances.isEmpty ? 0 : middle(of: distances)
        let names = (0..<26).map { String(UnicodeScalar(UInt8(97 + $0))) }
        return Verdict(
            survivors: scores.indices.map { index in
                Verdict.Survivor(
                    label: names[index], score: scores[index], relativeDistance: distances[index], exposure: nil)
            },
            lost: lost.enumerated().map { Verdict.Loss(label: "\($0)", kind: $1, cause: cause) }, bar: bar,
            distance: scores.isEmpty
                ? nil
                : ConsensusDistance(rootMeanSquare: 1, relative: 1, median: median, medianRelative: median),
            wasStopped: wasStopped)
    }
}

@Suite("Verdict")
struct VerdictTests {
    private static let good = "learned (worst 90.0 %, chance 50.0 %) and agree (median relative distance 0.010)"
    private static let cases = [
        // Nobody was lost.
        VerdictCase(scores: [0.92, 0.9, 0.95], text: "The honest nodes \(good).", hasFailed: false),
        VerdictCase(
            scores: [0.92, 0.9, 0.95], distances: [0, 0, 0],
            text: "The honest nodes learned (worst 90.0 %, chance 50.0 %) and agree.", hasFailed: false),
        VerdictCase(
            scores: [0.92, 0.9, 0.95], distances: [0.2, 0.3, 0.4],
            text: "The honest nodes learned (worst 90.0 %, chance 50.0 %) but do not agree "
                + "(median relative distance 0.300).", hasFailed: false),
        VerdictCase(
            scores: [0.9, 0.9, 0.9, 0.9], distances: [0.01, 0.01, 0.5, 0.01],
            text: "The honest nodes \(good), but for c (at 0.500).", hasFailed: false),
        VerdictCase(
            scores: [0.9, 0.9, 0.9, 0.9, 0.9], distances: [0.01, 0.6, 0.5, 0.01, 0.01],
            text: "The honest nodes \(good), but for b, c (at 0.600 and less).", hasFailed: false),
        VerdictCase(scores: [0.9], text: "The honest node learned (90.0 %, chance 50.0 %).", hasFailed: false),
        VerdictCase(
            scores: [0.503, 0.493],
            text: "The honest nodes did not learn (best 50.3 %; chance 50.0 %, up to 54.7 % with luck), but agree "
                + "(median relative distance 0.010).", hasFailed: false),
        VerdictCase(
            scores: [0.503, 0.493], distances: [0.9, 0.9],
            text: "The honest nodes did not learn (best 50.3 %; chance 50.0 %, up to 54.7 % with luck), nor do they "
                + "agree (median relative distance 0.900).", hasFailed: false),
        VerdictCase(
            scores: [0.503, 0.493], distances: [.infinity, .infinity],
            text: "The honest nodes did not learn (best 50.3 %; chance 50.0 %, up to 54.7 % with luck), nor do they "
                + "agree (most models are not finite).", hasFailed: false),
        // Two classes of which one is nine times as frequent: 91 % is no achievement.
        VerdictCase(
            scores: [0.91, 0.91], bar: .chance(Chance(classes: [900, 100])),
            text: "The honest nodes did not learn (best 91.0 %; chance 90.0 %, up to 92.8 % with luck), but agree "
                + "(median relative distance 0.010).", hasFailed: false),
        VerdictCase(
            scores: [1, 1], bar: .chance(Chance(classes: [2, 2])),
            text: "The honest nodes reached 100.0 % or more, but the test part is too small or too uniform to tell "
                + "learning from chance; they agree (median relative distance 0.010).", hasFailed: false),
        // The optimum itself has a greater loss on the test part than the first model.
        VerdictCase(
            scores: [0.552, 0.551], bar: .start(0.544, excess: 0.1, optimum: 0.55),
            text: "The honest nodes reached loss 0.552 or less, but on the test part the optimum of the training "
                + "problem is no better than the first model; they agree (median relative distance 0.010).",
            hasFailed: false),
        VerdictCase(
            scores: [0.552, 0.551], bar: .start(0.544, excess: 0.1, optimum: 0.54),
            text: "The honest nodes did not learn (best loss 0.551; at the start 0.544), but agree (median relative "
                + "distance 0.010).", hasFailed: false),
        // Some survivors failed: below nine tenths of the median, or no better than chance.
        VerdictCase(
            scores: [0.91, 0.92, 0.93, 0.6],
            text: "1 of 4 honest nodes failed (d: 60.0 %); the others reach 91.0 % or more and agree "
                + "(median relative distance 0.010).", hasFailed: false),
        VerdictCase(
            scores: [0.58, 0.54, 0.57, 0.53],
            text: "2 of 4 honest nodes failed (d: 53.0 %, b: 54.0 %); the others reach 57.0 % or more and agree "
                + "(median relative distance 0.010).", hasFailed: false),
        // One that failed and is far is named once.
        VerdictCase(
            scores: [0.9, 0.9, 0.9, 0.5], distances: [0.01, 0.01, 0.01, 9],
            text: "1 of 4 honest nodes failed (d: 50.0 %); the others reach 90.0 % or more and agree "
                + "(median relative distance 0.010).", hasFailed: false),
        VerdictCase(
            scores: [0.9, 0.52],
            text: "1 of 2 honest nodes failed (b: 52.0 %); the other reaches 90.0 %.", hasFailed: false),
        // Lost nodes come first.
        VerdictCase(
            scores: [0.92, 0.9, 0.95], lost: [.killed],
            text: "1 of 4 honest nodes was lost (0 killed); the others \(good).", hasFailed: false),
        VerdictCase(
            scores: [0.92, 0.9, 0.95], lost: [.failed, .hung, .killed], cause: "diverged at round 7",
            text:
                "3 of 6 honest nodes were lost (2 killed; 1 hung; 0 failed: diverged at round 7); the others \(good).",
            hasFailed: false),
        VerdictCase(
            scores: [0.92, 0.5, 0.95], lost: [.stopped],
            text: "1 of 4 honest nodes was lost (0 stopped); 1 of the 3 left failed (b: 50.0 %); the others reach "
                + "92.0 % or more and agree (median relative distance 0.010).", hasFailed: false),
        // An honest node that never started: nothing was tested that was to be.
        VerdictCase(
            scores: [0.92, 0.9, 0.95], lost: [.neverStarted], cause: "cannot listen on 10.0.0.1:1",
            text: "The run failed: 1 of 4 honest nodes was lost (0 never started: cannot listen on 10.0.0.1:1); "
                + "the others \(good).", hasFailed: true),
        // Half of them are enough, fewer are not.
        VerdictCase(
            scores: [0.9, 0.92], lost: [.killed, .killed],
            text: "2 of 4 honest nodes were lost (0, 1 killed); the others \(good).", hasFailed: false),
        VerdictCase(
            scores: [0.9, 0.92], lost: [.killed, .killed, .killed],
            text: "The run failed: 3 of 5 honest nodes were lost (0, 1, 2 killed); the others \(good).",
            hasFailed: true),
        VerdictCase(
            scores: [0.9], lost: Array(repeating: .killed, count: 15),
            text: "The run failed: 15 of 16 honest nodes were lost (0, 1, 2, 3, 4 and 10 more killed); "
                + "the other learned (90.0 %, chance 50.0 %).", hasFailed: true),
        VerdictCase(
            lost: [.killed, .killed], text: "No honest node finished: all 2 honest nodes were lost (0, 1 killed).",
            hasFailed: true),
        VerdictCase(
            lost: [.failed, .failed], cause: "diverged at round 7; a smaller step size may help",
            text: "No honest node finished: all 2 honest nodes were lost (0, 1 failed: diverged at round 7; a smaller "
                + "step size may help).", hasFailed: true),
        VerdictCase(
            lost: [.missing], text: "No honest node finished: the honest node was lost (0 missing).", hasFailed: true),
        // A run that can be gone on with is no failure, and one that was stopped too late is like any other.
        VerdictCase(lost: [.stopped, .stopped], wasStopped: true, text: "Stopped before the end.", hasFailed: false),
        VerdictCase(
            scores: [0.9], lost: [.stopped, .killed], wasStopped: true, text: "Stopped before the end.",
            hasFailed: false),
        VerdictCase(
            scores: [0.92, 0.9, 0.95], wasStopped: true, text: "The honest nodes \(good).", hasFailed: false),
    ]

    @Test("says what was lost, what was learned and who agrees", arguments: cases)
    func words(of facts: VerdictCase) {
        #expect(facts.verdict.text == facts.text)
        #expect(facts.verdict.hasFailed == facts.hasFailed)
    }

    @Test("causes that differ are told of the first")
    func causes() {
        let lost = [3, 7].map { Verdict.Loss(label: "\($0)", kind: .failed, cause: "diverged at round \($0)") }
        let verdict = Verdict(
            survivors: [], lost: lost, bar: .chance(Chance(classes: [])), distance: nil, wasStopped: false)
        #expect(verdict.text.hasSuffix("were lost (3, 7 failed, 3: diverged at round 3)."))
    }

    @Test("one bad node of ninety reads as that, with its hostile nodes and what the rule was told")
    func oneOfNinety() throws {
        let verdict = try summary(
            """
            {"topology": {"family": "randomRegular", "nodes": 100, "degree": 8, "seed": 6}, "training": {"rounds": 50},
             "aggregation": {"rule": "multiKrum", "tolerates": {"kind": "declared", "count": 2}},
             "adversary": {"nodes": ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], "attack": "gaussian"}}
            """
        ).verdict
        let (worst, least) = (verdict.survivors[0], verdict.survivors[1].score)
        #expect(worst.score < 0.5 && least > 0.8)
        #expect(
            verdict.text.hasPrefix(
                "1 of 90 honest nodes failed (23: \(percent(worst.score)); 3 hostile neighbours, rule told 2); "
                    + "the others reach \(percent(least)) or more and agree (median relative distance 0.0"),
            "\(verdict.text)")
        #expect(!verdict.hasFailed)
    }

    @Test("two classes of pure noise are not learned")
    func noise() throws {
        let summary = try summary(
            """
            {"topology": {"family": "complete", "nodes": 6}, "training": {"rounds": 60},
             "task": {"dataset": {"kind": "synthetic", "classes": 2, "separation": 0, "features": 20, "samples": 600},
                      "split": "iid"}}
            """)
        #expect(!summary.verdict.hasLearned && summary.verdict.bar.chance?.share == 0.5)
        #expect(summary.verdict.text.hasPrefix("The honest nodes did not learn (best "), "\(summary.verdict.text)")
    }

    /// What a simulation of this experiment comes to.
    private func summary(_ json: String) throws -> RunSummary {
        let experiment = try Experiment(Array(json.utf8), name: "experiment.json")
        let assembly = try Assembly(
            experiment, topology: experiment.topologyFile { _ throws(ConfigurationFault) in [] }, sharesData: true)
        let (outcome, _) = try SimulatedRun(assembly, options: .init(threads: 2)).run { _ in
        } shouldStop: {
            false
        }
        return try RunSummary(outcome, of: assembly)
    }

    @Test("of tens of thousands of nodes, most of which failed, is found in no time")
    func many() {
        let count = 40_000
        let verdict = Verdict(
            survivors: (0..<count).map { node in
                Verdict.Survivor(
                    label: "\(node)", score: node < count / 4 ? 0.5 : 0.6 + 0.3 * Double(node) / Double(count),
                    relativeDistance: 0.01, exposure: nil)
            }, lost: [], bar: .chance(Chance(classes: [500, 500])),
            distance: ConsensusDistance(rootMeanSquare: 1, relative: 1, median: 0.01, medianRelative: 0.01),
            wasStopped: false)
        // Each survivor is held to one median of all; found anew for each, this would take minutes.
        #expect(verdict.failed.count >= count / 4 && verdict.far.isEmpty)
        #expect(verdict.text.hasPrefix("\(verdict.failed.count) of 40000 honest nodes failed (0: 50.0 %"))
    }
}
