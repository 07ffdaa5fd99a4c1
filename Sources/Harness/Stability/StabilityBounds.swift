// StabilityBounds: what theory promises of a run's uniform stability, and why where it promises nothing.
import Aggregation
import Attacks
import Kernels
import Learning
import Registry
import Scenario

/// Bounds for robust gradient descent with a server (Boudou, Le Bars, Gupta, Bellet 2025, arXiv 2506.18020, theorems
/// 3.1 and 3.3; constants from their proofs), which a complete graph without equivocation is. With a convex loss of
/// slope C and curvature L on the models' set, steps γ_t ≤ 2/L, S = Σ γ_t, n nodes, a rule told f, m samples a node:
/// - data poisoning, for rules that average n − f of the gradients: 2 S C² (f/(n − f) + 1/((n − f) m));
/// - any hostile behaviour, for (f, κ)-robust rules: 2 S C² (√κ + 1/((n − f) m)); of a rule that errs by at most c
///   honest diameters 2c stands for √κ.
///
/// Where weight decay μ makes the loss strongly convex and γ_t ≤ 1/L, 1/μ stands for S. Batches make them bounds in
/// expectation. `measured` has √(κ (G² + σ²/B)) for √κ C, with the greatest dissimilarity G² and variance σ² of single
/// gradients that were met: no bound, as only some models were looked at.
struct StabilityBounds: Sendable {
    /// Why there are none; empty where there are.
    private(set) var obstacles: [String] = []
    private(set) var slope: Double?
    private(set) var curvature: Double?
    private(set) var kappa: Double?
    private(set) var poisoning: Double?
    private(set) var byzantine: Double?
    private(set) var measured: Double?
    /// The gap of expected to training loss of deterministic training, with chance 1 − δ: for replacement stability β
    /// and losses in [0, M], β + (2Nβ + M) √(log(1/δ)/(2N)), N samples in all (McDiarmid's inequality; Bousquet,
    /// Elisseeff 2002); of unequal nodes M is taken N/(hm) times. δ is half the risk; the other half is for
    /// `estimation`. Bounds of order β log N log(1/δ) + M √(log(1/δ)/N) (Bousquet, Klochkov, Zhivotovskiy 2020, arXiv
    /// 1910.07833) are better as N grows, but have constants so great (12√2 and e) that this one is less up to some
    /// million samples.
    private(set) var generalization: Double?
    /// M √(log(1/δ)/(2N)): how far the best model's training loss may lie above its expected one.
    private(set) var estimation: Double?
    /// 2R |∇F| at the last model, which training loss is at most above the least within the radius R, F being convex.
    private(set) var optimization: Double?

    /// - Parameters:
    ///   - shards: of the honest nodes with data.
    ///   - moments: means of the honest models.
    init(_ assembly: Assembly, shards: [Batch], moments: [[Float]], scratch: inout ObjectiveScratch) throws {
        let regularity = try assembly.regularity()
        slope = regularity?.slope
        curvature = regularity?.curvature
        let told = assembly.experiment.toldCount(among: assembly.topology.nodeCount, hostile: assembly.hostile.count)
        let promise = KnownRobustness(assembly.experiment.aggregation, nodes: assembly.topology.nodeCount, told: told)
        kappa = promise.kappa
        obstacles = try Self.obstacles(assembly, regularity, told, promise)
        guard obstacles.isEmpty, let slope, let deviation = promise.deviation else { return }

        let training = assembly.experiment.training
        let decay = training.weightDecay
        let trainer = try assembly.node(assembly.honest[0]).trainer
        let steps = (0..<training.rounds).reduce(0.0) { $0 + trainer.stepSize(in: Round($1)) }
        let reach = decay > 0 ? min(steps, 1 / decay) : steps
        let kept = Double(assembly.topology.nodeCount - told)
        let counts = shards.map(\.count)
        let ofSample = 1 / (kept * Double(counts.min() ?? 1))
        byzantine = 2 * reach * slope * slope * (deviation + ofSample)
        if promise.averagesSubset, !assembly.hostile.contains(where: assembly.forges) {
            poisoning = 2 * reach * slope * slope * (Double(told) / kept + ofSample)
        }
        if promise.kappa != nil {
            let spread = Self.spread(assembly, shards, moments, batch: training.batchSize, &scratch)
            measured = 2 * reach * slope * (deviation * spread.squareRoot() + slope * ofSample)
        }
        let isDeterministic = training.batchSize >= counts.max() ?? 0
        guard isDeterministic, let radius = try assembly.modelRadius(), let regularity else { return }
        let least = min(byzantine ?? .infinity, poisoning ?? .infinity)
        let greatest = regularity.greatestAtZero + slope * radius
        let samples = Double(counts.reduce(0, +))
        let chance = (samples * Elementary.log(2 / assembly.experiment.stability.risk) / 2).squareRoot()
        let share = greatest / Double(counts.count * (counts.min() ?? 1))
        generalization = least + (2 * least + share) * chance
        estimation = share * chance
        if let last = moments.last {
            let gradients = shards.map {
                assembly.objective.gradientSpread(at: last.span, on: $0, scratch: &scratch).mean
            }
            let square = last.indices.reduce(0.0) { sum, index in
                let mean = gradients.reduce(0) { $0 + $1[index] } / Double(gradients.count)
                let slope = mean + decay * Double(last[index])
                return sum + slope * slope
            }
            optimization = 2 * radius * square.squareRoot()
        }
    }

    /// The greatest G² + σ²/B over the moments, each node's batch gradient being the mean of B of its samples'; a shard
    /// no larger than a batch is used whole, and has no σ².
    private static func spread(
        _ assembly: Assembly, _ shards: [Batch], _ moments: [[Float]], batch: Int, _ scratch: inout ObjectiveScratch
    ) -> Double {
        moments.reduce(0) { greatest, model in
            var gradients: [[Double]] = []
            var noise = 0.0
            for shard in shards {
                let (mean, variance) = assembly.objective.gradientSpread(
                    at: model.span, on: shard, scratch: &scratch)
                gradients.append(mean)
                if batch < shard.count { noise += variance / Double(batch * shards.count) }
            }
            var centre = [Double](repeating: 0, count: model.count)
            for gradient in gradients {
                for index in centre.indices { centre[index] += gradient[index] / Double(gradients.count) }
            }
            let dissimilarity = gradients.reduce(0.0) { sum, gradient in
                centre.indices.reduce(sum) { $0 + (gradient[$1] - centre[$1]) * (gradient[$1] - centre[$1]) }
            }
            return max(greatest, dissimilarity / Double(gradients.count) + noise)
        }
    }

    // MARK: - Where there are none

    /// For whoever asked for stability; `nil` where there are bounds.
    var warning: String? {
        obstacles.isEmpty ? nil : "no bound on stability is known: \(obstacles.joined(separator: "; "))"
    }

    private static func obstacles(
        _ assembly: Assembly, _ regularity: LossRegularity?, _ told: Int, _ promise: KnownRobustness
    ) throws -> [String] {
        let experiment = assembly.experiment
        let training = experiment.training
        let nodes = assembly.topology.nodes
        let isComplete =
            assembly.graphs.isConstant
            && nodes.allSatisfy { assembly.topology.senders(of: $0).count == nodes.count - 1 }
        let conditions: [(holds: Bool, otherwise: String)] = [
            (regularity != nil, "the loss of task.model \(experiment.task.model.kind) is not known to be convex"),
            (regularity.map { $0.curvature != nil } ?? true, "the loss has kinks"),
            (
                regularity.map { $0.slope.isFinite } ?? true,
                "the loss is as steep as one likes without a training.projection that bounds models"
            ),
            (isComplete, "the graph is not complete all the time"),
            (
                ["model", "gradient", "momentum"].contains(training.exchange.kind),
                "training.exchange is \(training.exchange.kind)"
            ),
            (try !assembly.hasMomentum(), "there is momentum"),
            (training.localSteps == 1, "there are several local steps"),
            (training.mixEvery == 1 && training.gossipSteps == 1, "there is not one exchange a round"),
            (training.participation == 1, "nodes sit out rounds"),
            (training.clip == nil, "gradients are clipped"),
            (
                training.weightDecay == 0 || training.weightDecayForm == .coupled,
                "weight decay is not part of the loss"
            ),
            (training.initialisation != .different, "nodes start apart"),
            (assembly.hostile.count <= told, "more nodes are hostile than the rule is told"),
            (!assembly.equivocates, "hostile nodes tell their neighbours different things"),
            (promise.deviation != nil, promise.reason),
        ]
        let missing = conditions.filter { !$0.holds }.map(\.otherwise)
        guard missing.isEmpty, let curvature = regularity?.curvature else { return missing }
        let trainer = try assembly.node(assembly.honest[0]).trainer
        let longest = (0..<training.rounds).reduce(0.0) { max($0, trainer.stepSize(in: Round($1))) }
        let most = (training.weightDecay > 0 ? 1 : 2) / curvature
        return longest <= most
            ? [] : ["steps are up to \(significant(longest)) long, where \(significant(most)) is allowed"]
    }
}

/// What is known of an experiment's rule among so many inputs.
private struct KnownRobustness {
    /// κ of (f, κ)-robustness.
    private(set) var kappa: Double?
    /// How far the result may be from the honest mean, in units of C.
    private(set) var deviation: Double?
    /// Whether the result is the mean of n − f of the inputs.
    private(set) var averagesSubset = false
    /// Why nothing is.
    private(set) var reason = ""

    private static let averagingSubsets = [SmallestEigenvalue.name, MinimumVariance.name, MinimumDiameter.name]

    init(_ aggregation: Experiment.Aggregation, nodes: Int, told: Int) {
        let kind = aggregation.rule.kind
        guard let rule = try? RuleCatalog.aggregation.entry(named: kind) else {
            reason = "no (f, κ)-robustness is known of aggregation.rule \(kind)"
            return
        }
        if rule.isSelection, aggregation.rule.parameters.flag("protectSelf") {
            reason = "with protectSelf nodes that hear the same come to different models"
            return
        }
        guard aggregation.rule.parameters.text("neighbourhood") == "closed",
            aggregation.rule.parameters.number("rate") == 1
        else {
            reason = "the own vector is no input like the others"
            return
        }
        let steps = aggregation.before.map(\.kind)
        switch rule.robustness {
        case .variance, .spectrum: kappa = rule.robustness.factor(nodes, told)
        case .diameter: deviation = rule.robustness.factor(nodes, told).map { 2 * $0 }
        case .none, .deviation, .range, .statement: break
        }
        if steps == [NearestNeighbourMixing.name], case .variance = rule.robustness {
            kappa = kappa.map { 8 * Double(told) / Double(nodes - told) * ($0 + 1) }
        } else if !steps.isEmpty {
            (kappa, deviation) = (nil, nil)
        }
        if let kappa { deviation = kappa.squareRoot() }
        averagesSubset = steps.isEmpty && Self.averagingSubsets.contains(kind)
        if deviation == nil {
            reason = "no (f, κ)-robustness is known of \((steps + [kind]).joined(separator: ", then "))"
        }
    }
}

extension Experiment {
    /// f as a node on a complete graph is told.
    fileprivate func toldCount(among nodes: Int, hostile: Int) -> Int {
        switch aggregation.tolerates {
        case .count(let count): count
        case .weight(let weight): Int((weight * Double(nodes)).rounded(.up))
        case .oracle: hostile
        }
    }
}
