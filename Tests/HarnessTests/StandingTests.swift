// What a verdict comes to at a glance, from the facts that it is judged by.
import Metrics
import Testing

@testable import Harness

@Suite("Standing")
struct StandingTests {
    private func standing(
        scores: [Double], distance: Double = 0.01, far: Double? = nil, lost: [LostNode.Kind] = [],
        wasStopped: Bool = false
    ) -> Standing {
        Verdict(
            survivors: scores.enumerated().map { index, score in
                Verdict.Survivor(
                    label: "\(index)", score: score, relativeDistance: index == 0 ? far ?? distance : distance,
                    exposure: nil)
            }, lost: lost.enumerated().map { Verdict.Loss(label: "lost \($0)", kind: $1, cause: nil) },
            bar: .chance(Chance(classes: [500, 500])),
            distance: scores.isEmpty
                ? nil : ConsensusDistance(rootMeanSquare: 1, relative: 1, median: distance, medianRelative: distance),
            wasStopped: wasStopped
        ).standing
    }

    @Test("only a run in which all learned and agree is good")
    func good() { #expect(standing(scores: [0.9, 0.91, 0.92]) == .good) }

    @Test("one node that failed, is far or was lost makes it doubtful, and so does disagreement or a stop")
    func doubtful() {
        #expect(standing(scores: [0.55, 0.91, 0.92]) == .doubtful)
        #expect(standing(scores: [0.9, 0.91, 0.92], far: 0.5) == .doubtful)
        #expect(standing(scores: [0.9, 0.91, 0.92], lost: [.killed]) == .doubtful)
        #expect(standing(scores: [0.9, 0.91, 0.92], distance: 0.4) == .doubtful)
        #expect(standing(scores: [], lost: [.stopped], wasStopped: true) == .doubtful)
    }

    @Test("a run that says nothing, and one in which nobody learned, are bad")
    func bad() {
        #expect(standing(scores: [0.5, 0.5]) == .bad)
        #expect(standing(scores: [0.9], lost: [.killed, .failed, .hung]) == .bad)
        #expect(standing(scores: [0.9, 0.9, 0.9], lost: [.neverStarted]) == .bad)
        #expect(standing(scores: [], lost: [.failed]) == .bad)
    }
}
