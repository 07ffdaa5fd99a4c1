// Verdict: the first sentence about a run, judged from facts alone: who was lost, who learned more than chance
// explains, who agrees. The only place where it is put into words.
import Metrics
import Scenario

/// The judgement of a run over its honest nodes.
public struct Verdict: Sendable, Equatable {
    /// An honest node with a final model.
    public struct Survivor: Sendable, Equatable {
        public let label: String
        /// On the test part, by the task's measure.
        public let score: Double
        /// From the coordinate-wise median of the final models, as a share of its norm; `nil` where that is zero.
        public let relativeDistance: Double?
        /// The hostile nodes beside it, if there are any in the run.
        public let exposure: Exposure?
    }

    /// An honest node without one.
    public struct Loss: Sendable, Equatable {
        public let label: String
        public let kind: LostNode.Kind
        /// What the node said of it.
        public let cause: String?
    }

    /// Models this much of their own norm apart are of one mind.
    private static let agreement = 0.1
    /// Where all are of one mind, a node is far from the others at so many times the median distance.
    private static let farTimes = 3.0
    /// Below this share of what the median honest score is worth a node has not learned what the others have.
    private static let leastOfMedian = 0.9

    /// The worst first.
    public let survivors: [Survivor]
    public let lost: [Loss]
    public let bar: Bar
    /// Of the survivors' models.
    public let distance: ConsensusDistance?
    public let wasStopped: Bool
    /// Whoever is worth less has not learned what the others have; found once, as every survivor is held to it.
    private let leastWorth: Double

    /// - Parameter distance: `nil` where nobody survived.
    public init(
        survivors: [Survivor], lost: [Loss], bar: Bar, distance: ConsensusDistance?, wasStopped: Bool
    ) {
        self.survivors = survivors.sorted { bar.measure.isWorse($0.score, than: $1.score) }
        self.lost = lost
        self.bar = bar
        self.distance = distance
        self.wasStopped = wasStopped
        leastWorth =
            survivors.isEmpty ? 0 : Self.leastOfMedian * middle(of: survivors.map { bar.worth(of: $0.score) })
    }

    /// - Parameter judgement: of the honest nodes that finished; `nil` if none did.
    init(_ judgement: Judgement?, _ outcome: RunOutcome, of assembly: Assembly) {
        let labels = assembly.topology.labels
        let hasHostile = !assembly.hostile.isEmpty
        self.init(
            survivors: (judgement?.nodes ?? []).map { node in
                Survivor(
                    label: labels[node.node.index], score: node.score,
                    relativeDistance: judgement?.relativeDistance(of: node),
                    exposure: hasHostile ? assembly.exposure(of: node.node) : nil)
            },
            lost: outcome.lost.filter { assembly.honest.contains($0.node) }.map { lost in
                Loss(label: labels[lost.node.index], kind: lost.kind, cause: lost.cause)
            }, bar: judgement?.bar ?? .chance(Chance(classes: [])), distance: judgement?.record.distance,
            wasStopped: outcome.wasStopped)
    }

    private var honest: Int { survivors.count + lost.count }

    // MARK: - The judgement

    /// Whether it can be gone on with; no more is said of such a run.
    private var isStopped: Bool { wasStopped && !lost.isEmpty }

    /// Whether the run says nothing of its experiment: an honest node never started, or fewer than half of the honest
    /// nodes finished.
    public var hasFailed: Bool {
        !isStopped
            && (survivors.isEmpty || 2 * survivors.count < honest || lost.contains { $0.kind == .neverStarted })
    }

    /// Whether any survivor has cleared the bar.
    var hasLearned: Bool { survivors.contains { bar.isBeaten(by: $0.score) } }

    /// Survivors that did not learn what the others did, the worst first: no better than chance, or below nine tenths
    /// of the median honest accuracy; where there is only a loss, of what the median honest node has gained.
    public var failed: [Survivor] { survivors.filter(hasFailed) }

    private func hasFailed(_ survivor: Survivor) -> Bool {
        !bar.isBeaten(by: survivor.score) || bar.worth(of: survivor.score) < leastWorth
    }

    /// Whether the survivors are of one mind, but for less than half of them.
    public var agrees: Bool { distance?.median == 0 || distance?.medianRelative ?? .infinity < Self.agreement }

    /// Where the survivors are of one mind: those that are not, though they learned.
    public var far: [Survivor] {
        guard agrees, let median = distance?.medianRelative else { return [] }
        return survivors.filter { survivor in
            (survivor.relativeDistance ?? 0) >= max(Self.agreement, Self.farTimes * median)
                && !hasFailed(survivor)
        }
    }
}

// MARK: - In words

extension Verdict {
    /// Lists of more nodes than this are cut off.
    private static let mostNames = 5

    /// One sentence, the losses first.
    public var text: String {
        guard !isStopped else { return "Stopped before the end." }
        guard !survivors.isEmpty else {
            return lost.isEmpty ? "No honest node finished." : "No honest node finished: \(losses)."
        }
        let head = lost.isEmpty ? "" : "\(hasFailed ? "The run failed: " : "")\(losses); "
        let sentence = head + achievement
        return sentence.prefix(1).uppercased() + sentence.dropFirst() + "."
    }

    /// "2 of 13 honest nodes were lost (4 never started: no such host; 5 killed)".
    private var losses: String {
        let kinds = LostNode.Kind.allCases.compactMap { kind -> String? in
            let lost = lost.filter { $0.kind == kind }
            guard !lost.isEmpty else { return nil }
            let names = "\(Self.names(lost.map(\.label))) \(kind.inWords)"
            guard kind.explainsItself, let cause = lost[0].cause else { return names }
            let isCommon = lost.allSatisfy { $0.cause == cause }
            return names + (isCommon ? ": \(cause)" : ", \(lost[0].label): \(cause)")
        }
        let count = lost.count == honest ? "all \(honest)" : "\(lost.count) of \(honest)"
        let nodes = honest == 1 ? "the honest node" : "\(count) honest nodes"
        return "\(nodes) \(lost.count == 1 ? "was" : "were") lost (\(kinds.joined(separator: "; ")))"
    }

    private var achievement: String {
        let isOne = survivors.count == 1
        let subject = lost.isEmpty ? "the honest \(isOne ? "node" : "nodes")" : "the \(isOne ? "other" : "others")"
        let worst = text(survivors[0].score)
        guard bar.canBeBeaten else {
            return "\(subject) reached \(worst)\(isOne ? "" : bar.orBetter), but \(bar.whyUnbeatable)"
                + consent("; they agree", "; they do not agree")
        }
        guard hasLearned else {
            let best = text(survivors[survivors.count - 1].score)
            return "\(subject) did not learn (best \(best); \(bar.atMost))"
                + consent(", but agree", ", nor do they agree")
        }
        let failed = failed
        guard !failed.isEmpty else {
            let score = isOne ? worst : "worst \(worst)"
            return "\(subject) learned (\(score), \(bar.inWords))"
                + consent(" and agree", " but do not agree")
        }
        let count =
            lost.isEmpty
            ? "\(failed.count) of \(honest) honest nodes" : "\(failed.count) of the \(survivors.count) left"
        let rest = survivors.count - failed.count
        let least = text(survivors.first { !hasFailed($0) }?.score ?? 0)
        let achieved = rest == 1 ? "the other reaches \(least)" : "the others reach \(least)\(bar.orBetter)"
        return "\(count) failed (\(failures)); \(achieved)"
            + (rest == 1 ? "" : consent(" and agree", " but do not agree"))
    }

    /// "92.0 %", or "loss 0.512".
    private func text(_ score: Double) -> String { bar.measure.text(score) }

    /// "76: 20.6 %; 3 hostile neighbours, rule told 2" of one; of several only how many were told too little.
    private var failures: String {
        let failed = failed
        let names = Self.names(failed.map { "\($0.label): \(text($0.score))" })
        guard failed.count > 1 else { return names + (failed[0].exposure.map { "; \($0.inWords)" } ?? "") }
        let exposed = failed.count { $0.exposure?.isBeyondBudget ?? false }
        guard exposed > 0 else { return names }
        let which = exposed == failed.count ? "all" : "\(exposed)"
        return "\(names); \(which) with more hostile neighbours than the rule was told"
    }

    /// - Parameters:
    ///   - yes: how it goes on where they agree.
    ///   - no: and where they do not.
    private func consent(_ yes: String, _ no: String) -> String {
        guard survivors.count > 1 else { return "" }
        let spread = distance.map { $0.median == 0 ? "" : " (\($0.inWords))" } ?? ""
        guard agrees else { return no + spread }
        let far = far.sorted { $0.relativeDistance ?? 0 > $1.relativeDistance ?? 0 }
        guard let farthest = far.first?.relativeDistance else { return yes + spread }
        return yes + spread + ", but for \(Self.names(far.map(\.label))) (at \(rounded(farthest, 3))"
            + (far.count == 1 ? ")" : " and less)")
    }

    /// All of a few, and the first of many.
    private static func names(_ names: [String]) -> String {
        let more = names.count - mostNames
        guard more > 1 else { return names.joined(separator: ", ") }
        return names.prefix(mostNames).joined(separator: ", ") + " and \(more) more"
    }
}

extension Bar {
    /// "chance 50.0 %".
    fileprivate var inWords: String {
        switch self {
        case .chance(let chance): "chance \(percent(chance.share))"
        case .start(let loss, _, _): "at the start \(significant(loss))"
        }
    }

    /// What may be reached without learning: "chance 50.0 %, up to 54.7 % with luck".
    fileprivate var atMost: String {
        guard case .chance(let chance) = self else { return inWords }
        return "\(inWords), up to \(percent(chance.share + chance.margin)) with luck"
    }

    fileprivate var whyUnbeatable: String {
        switch self {
        case .chance: "the test part is too small or too uniform to tell learning from chance"
        case .start(let loss, _, let optimum) where optimum >= loss && !startsAtOptimum:
            "on the test part the optimum of the training problem is no better than the first model"
        case .start: "the first model leaves nothing to be learned"
        }
    }

    fileprivate var orBetter: String { measure == .accuracy ? " or more" : " or less" }
}

extension ConsensusDistance {
    fileprivate var inWords: String {
        guard median.isFinite else { return "most models are not finite" }
        return medianRelative.map { "median relative distance \(rounded($0, 3))" } ?? "no scale to measure by"
    }
}

extension LostNode.Kind {
    fileprivate var inWords: String {
        switch self {
        case .neverStarted: "never started"
        case .killed: "killed"
        case .hung: "hung"
        case .failed: "failed"
        case .stopped: "stopped"
        case .missing: "missing"
        }
    }

    /// Whether what such a node said last is why it was lost.
    fileprivate var explainsItself: Bool { self == .neverStarted || self == .failed }
}

extension Exposure {
    /// "3 hostile neighbours, rule told 2".
    fileprivate var inWords: String {
        let neighbours = "\(hostile) hostile \(hostile == 1 ? "neighbour" : "neighbours")"
        return isWeight
            ? "\(neighbours) of weight \(rounded(hostileWeight, 3)), rule told \(rounded(told.weight, 3))"
            : "\(neighbours), rule told \(told.count)"
    }
}
