// Membership inference: whether who sees a node's messages can tell what it has learned from. What ε bounds, as an
// attacker meets it.
import Kernels
import Learning
import Metrics
import Registry
import Scenario

struct MembershipMeasure: MomentMeasure {
    static let name = "membership"
    static let summary =
        "Two attacks on what each honest node sends, or where that is no model of this round, on its model: a "
        + "training sample of the node (member) is told from a test sample by its loss (Yeom et al. 2018, arXiv "
        + "1709.01604), or by how much less it is than under the mean of what the other honest nodes send (Watson et "
        + "al. 2022, arXiv 2111.08440). Of both there are as many of each class, up to \(most) in all. Chance is an "
        + "AUC of 0.5."
    static let measuredAt = MeasuredAt.moments
    static let extra: ExtraMeasure? = .membership
    static let figures = [
        Figure(
            "membershipWorst", .ratio, better: .less,
            "AUC by the loss, of the node that is seen through most, max_i: the chance that a member has less of it"),
        Figure("membershipMean", .ratio, better: .less, "(1/h) Σ of the AUC by the loss"),
        Figure("membershipTPRWorst", .share, better: .less, "members found where 1 % of the others are taken for some"),
        Figure("membershipTPRMean", .share, better: .less, "(1/h) Σ of that"),
        Figure("calibratedMembershipWorst", .ratio, better: .less, "AUC by the difference of losses, max_i"),
        Figure("calibratedMembershipMean", .ratio, better: .less, "(1/h) Σ of that"),
        Figure("calibratedMembershipTPRWorst", .share, better: .less, "members found by it at 1 %, max_i"),
        Figure("calibratedMembershipTPRMean", .share, better: .less, "(1/h) Σ of that"),
        Figure(
            "memberships", .ratio, better: .less, isList: true,
            "AUC by the loss, by node; null for hostile and lost ones"),
    ]

    static func line(of figures: Figures, in experiment: Experiment) -> (name: String, value: String)? {
        guard figures.has("membershipWorst") else { return nil }
        return (
            "membership, worst",
            "AUC \(figures.text("membershipWorst"))   (mean \(figures.text("membershipMean")); "
                + "calibrated \(figures.text("calibratedMembershipWorst")))"
        )
    }

    /// Members of one node, and as many others.
    static let most = 2_000
    static let falsePositives = 0.01

    /// What is told apart.
    struct Trial {
        let members: Batch
        let others: Batch
    }

    private let objective: any Objective
    private let nodeCount: Int
    private let sendsModels: Bool
    private let trials: [NodeID: Trial]

    init?(_ assembly: Assembly, test: Samples) throws(ConfigurationFault) {
        objective = assembly.objective
        nodeCount = assembly.topology.nodeCount
        sendsModels = assembly.sendsModels
        var trials: [NodeID: Trial] = [:]
        for node in assembly.honest where !assembly.parts[node.index].isEmpty {
            var random = RandomStream(seed: assembly.experiment.seed, purpose: .measurement, node: node)
            trials[node] = Trial(of: try assembly.shard(of: node), against: test, random: &random)
        }
        if trials.isEmpty { return nil }
        self.trials = trials
    }

    func figures(of moment: Moment, scratch: inout ObjectiveScratch) -> Figures {
        // What a node last sent, as far as it is told.
        let seen = moment.models.map { one in
            sendsModels ? moment.mixes[one.node].map { Array($0.own.prefix(one.model.count)) } ?? one.model : one.model
        }
        let sums = seen.reduce(into: [Double](repeating: 0, count: moment.average.count)) { sums, model in
            for index in sums.indices { sums[index] += Double(model[index]) }
        }
        var (byLoss, calibrated): ([Separation], [Separation]) = ([], [])
        var areas = [Double?](repeating: nil, count: nodeCount)
        for (place, one) in moment.models.enumerated() {
            guard let trial = trials[one.node], trial.members.count > 0, trial.others.count > 0 else { continue }
            let losses = losses(of: trial, at: seen[place], &scratch)
            let separation = Separation(members: losses.members.map(-), others: losses.others.map(-))
            byLoss.append(separation)
            areas[one.node.index] = separation.area
            guard seen.count > 1 else { continue }
            let share = 1 / Double(seen.count - 1)
            let rest = sums.indices.map { Float(share * (sums[$0] - Double(seen[place][$0]))) }
            let without = self.losses(of: trial, at: rest, &scratch)
            calibrated.append(
                Separation(
                    members: zip(without.members, losses.members).map(-),
                    others: zip(without.others, losses.others).map(-)))
        }
        var figures = Figures()
        figures.add("membership", byLoss)
        figures.add("calibratedMembership", calibrated)
        figures.add("memberships", areas)
        return figures
    }

    private func losses(
        of trial: Trial, at model: [Float], _ scratch: inout ObjectiveScratch
    ) -> (members: [Double], others: [Double]) {
        (
            objective.sampleLosses(at: model.span, on: trial.members, scratch: &scratch),
            objective.sampleLosses(at: model.span, on: trial.others, scratch: &scratch)
        )
    }
}

extension MembershipMeasure.Trial {
    /// As many of each class among both, drawn from the stream; members of a class of which there are no others are
    /// left out.
    init(of shard: Batch, against test: Samples, random: inout RandomStream) {
        var members = shard.rows
        var others = (0..<Int32(test.count)).map { $0 }
        random.shuffle(&members)
        random.shuffle(&others)
        let most = MembershipMeasure.most
        guard let memberLabels = shard.samples.targets.labels, let otherLabels = test.targets.labels else {
            let count = min(members.count, others.count, most)
            self.members = Batch(shard.samples, rows: Array(members.prefix(count)))
            self.others = Batch(test, rows: Array(others.prefix(count)))
            return
        }
        var left = [Int](repeating: 0, count: test.classCount)
        for row in others { left[Int(otherLabels[Int(row)])] += 1 }
        var wanted = [Int](repeating: 0, count: test.classCount)
        var taken: [Int32] = []
        for row in members where taken.count < most && left[Int(memberLabels[Int(row)])] > 0 {
            left[Int(memberLabels[Int(row)])] -= 1
            wanted[Int(memberLabels[Int(row)])] += 1
            taken.append(row)
        }
        var against: [Int32] = []
        for row in others where wanted[Int(otherLabels[Int(row)])] > 0 {
            wanted[Int(otherLabels[Int(row)])] -= 1
            against.append(row)
        }
        self.members = Batch(shard.samples, rows: taken)
        self.others = Batch(test, rows: against)
    }
}

/// How well scores tell members from others; the greater a score, the likelier a member.
struct Separation: Sendable, Equatable {
    /// The area under the curve of true over false positives: P(member's > other's) + P(equal) / 2.
    let area: Double
    /// The greatest share of members above a threshold with no more than 1 % of the others above it.
    let found: Double

    /// At least one of each; scores that are no numbers are the least of all.
    init(members: [Double], others: [Double]) {
        let scores =
            (members.map { (score: $0.isNaN ? -.infinity : $0, isMember: true) }
            + others.map { (score: $0.isNaN ? -.infinity : $0, isMember: false) }).sorted { $0.score > $1.score }
        let allowed = MembershipMeasure.falsePositives * Double(others.count)
        var (hits, alarms, area, found) = (0, 0, 0.0, 0)
        var place = 0
        while place < scores.count {
            // Equal scores pass a threshold together.
            var (more, wrong) = (0, 0)
            let score = scores[place].score
            while place < scores.count, scores[place].score == score {
                if scores[place].isMember { more += 1 } else { wrong += 1 }
                place += 1
            }
            area += Double(wrong) * (Double(hits) + Double(more) / 2)
            hits += more
            alarms += wrong
            if Double(alarms) <= allowed { found = hits }
        }
        self.area = area / (Double(members.count) * Double(others.count))
        self.found = Double(found) / Double(members.count)
    }
}

extension Figures {
    /// Of the worst node and in the mean; nothing of none.
    fileprivate mutating func add(_ name: String, _ separations: [Separation]) {
        guard !separations.isEmpty else { return }
        let count = Double(separations.count)
        add("\(name)Worst", separations.map(\.area).max())
        add("\(name)Mean", separations.reduce(0) { $0 + $1.area } / count)
        add("\(name)TPRWorst", separations.map(\.found).max())
        add("\(name)TPRMean", separations.reduce(0) { $0 + $1.found } / count)
    }
}
