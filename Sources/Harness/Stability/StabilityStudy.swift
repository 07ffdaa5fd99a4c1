// StabilityStudy: simulates a run again with one sample of an honest node exchanged, and tells how far the losses of
// the honest models are apart.
import Attacks
import Kernels
import Learning
import Registry
public import Scenario
public import Simulation

/// What the twins of a run came to: uniform stability as measured (Boudou, Le Bars, Gupta, Bellet 2025, arXiv
/// 2506.18020), which is a lower bound of the true one, the supremum over all exchanges.
public struct StabilityResult: Sendable {
    /// How far an honest node's model θ of the first run and θ' of a twin are apart.
    struct Gap: Sendable {
        /// sup_z |ℓ(θ; z) − ℓ(θ'; z)|, over the test part and over the training samples of all honest nodes.
        let test, training: Double
        /// |θ − θ'|.
        let distance: Double

        var worst: Double { max(test, training) }
    }

    /// The gaps of one twin, one for each honest node that finished in both runs.
    struct Twin: Sendable {
        let adaptive: [Gap]?
        let frozen: [Gap]?
    }

    let twins: [Twin]
    /// Test loss minus the mean of the honest nodes' training losses, of each honest node's model.
    let generalizationGaps: [Double]
    let bounds: StabilityBounds
}

/// Simulates what a run's stability is measured by.
public struct StabilityStudy {
    private let assembly: Assembly
    private let options: Simulator.Options
    private let shouldStop: () -> Bool
    private let test: Batch
    /// Of the honest nodes with data.
    private let shards: [Batch]
    private let settings: StabilitySettings
    private var scratch = ObjectiveScratch()

    /// - Returns: `nil` where the experiment asks for no twins, or `shouldStop` says so.
    public static func result(
        of assembly: Assembly, options: Simulator.Options, begin: (_ runs: Int) -> Void = { _ in },
        shouldStop: () -> Bool = { false }
    ) throws -> StabilityResult? {
        try withoutActuallyEscaping(shouldStop) { shouldStop in
            var study = try StabilityStudy(assembly, options, shouldStop)
            return try study.run(begin)
        }
    }

    private init(
        _ assembly: Assembly, _ options: Simulator.Options, _ shouldStop: @escaping () -> Bool
    ) throws(ConfigurationFault) {
        self.assembly = assembly
        self.options = options
        self.shouldStop = shouldStop
        settings = assembly.experiment.stability
        test = Batch(try assembly.testPart())
        shards = try assembly.honest.filter { !assembly.parts[$0.index].isEmpty }.map {
            node throws(ConfigurationFault) in
            Batch(try assembly.shard(of: node).picked)
        }
    }

    private mutating func run(_ begin: (_ runs: Int) -> Void) throws -> StabilityResult? {
        let replacements = try assembly.replacements()
        guard !replacements.isEmpty else { return nil }
        let forging = assembly.hostile.filter(assembly.forges)
        // Where nobody forges, both are one.
        let adapts = settings.attacker != .frozen || forging.isEmpty
        let freezes = settings.attacker != .adaptive && !forging.isEmpty
        begin(1 + replacements.count * ((adapts ? 1 : 0) + (freezes ? 1 : 0)))
        guard let first = try simulate(assembly.twin(nil), recording: freezes ? forging : []) else { return nil }
        let losses = losses(of: first.models)
        var twins: [StabilityResult.Twin] = []
        for replacement in replacements {
            var gaps: [[StabilityResult.Gap]?] = [nil, nil]
            for (place, isWanted) in [adapts, freezes].enumerated() where isWanted {
                let twin = assembly.twin(replacement, sending: place == 0 ? [:] : first.sent)
                guard let other = try simulate(twin) else { return nil }
                gaps[place] = self.gaps(first.models, losses, other.models)
            }
            twins.append(StabilityResult.Twin(adaptive: gaps[0], frozen: gaps[1]))
        }
        var moments = first.moments
        moments.append(contentsOf: [average(first.models)].compactMap(\.self))
        return StabilityResult(
            twins: twins, generalizationGaps: losses.map(generalizationGap),
            bounds: try StabilityBounds(assembly, shards: shards, moments: moments, scratch: &scratch))
    }

    // MARK: - Runs

    private struct Run {
        /// Final models of the honest nodes that finished, ascending.
        var models: [(node: NodeID, model: [Float])] = []
        /// Means of the honest models, at the start and on the way.
        var moments: [[Float]] = []
        var sent: [NodeID: FrozenMessages] = [:]
    }

    /// - Parameter recording: whose messages are taken down.
    /// - Returns: `nil` where it was stopped.
    private func simulate(_ assembly: Assembly, recording forging: [NodeID] = []) throws -> Run? {
        var options = options
        options.isWatched = !forging.isEmpty
        var run = Run()
        for node in forging { run.sent[node] = FrozenMessages() }
        let honest = Set(assembly.honest)
        var snapshots: [Int: [(node: NodeID, model: [Float])]] = [:]
        var wasStopped = false
        var simulator = try Simulator(assembly, options: options)
        let result = simulator.run { observation in
            switch observation {
            case .sent(let sender, let receiver, let message):
                run.sent[sender]?.record(message.values, for: receiver, in: message.round)
            case .snapshot(let node, let rounds, let model) where honest.contains(node):
                snapshots[rounds, default: []].append((node, model))
            default: break
            }
        } shouldStop: {
            wasStopped = shouldStop()
            return wasStopped
        }
        guard !wasStopped else { return nil }
        for node in assembly.honest {
            if case .finished(let model) = result.endings[node.index] { run.models.append((node, model)) }
        }
        run.moments = snapshots.sorted { $0.key < $1.key }.compactMap { average($0.value) }
        return run
    }

    private func average(_ models: [(node: NodeID, model: [Float])]) -> [Float]? {
        guard let first = models.first?.model else { return nil }
        var sum = [Double](repeating: 0, count: first.count)
        for (_, model) in models {
            for index in sum.indices { sum[index] += Double(model[index]) }
        }
        return sum.map { Float($0 / Double(models.count)) }
    }

    // MARK: - Losses

    /// ℓ(θ; z) for every z.
    private struct Losses {
        let test: [Double]
        /// By honest node with data.
        let training: [[Double]]
    }

    /// Of each model, in order; models of one value are evaluated once.
    private mutating func losses(of models: [(node: NodeID, model: [Float])]) -> [Losses] {
        var known: [(model: [Float], losses: Losses)] = []
        return models.map { _, model in
            if let one = known.last(where: { $0.model == model }) { return one.losses }
            let losses = Losses(
                test: assembly.objective.sampleLosses(at: model.span, on: test, scratch: &scratch),
                training: shards.map {
                    assembly.objective.sampleLosses(at: model.span, on: $0, scratch: &scratch)
                })
            known.append((model, losses))
            return losses
        }
    }

    private mutating func gaps(
        _ models: [(node: NodeID, model: [Float])], _ losses: [Losses], _ others: [(node: NodeID, model: [Float])]
    ) -> [StabilityResult.Gap] {
        let otherLosses = self.losses(of: others)
        return models.indices.compactMap { index in
            guard let other = others.slot(of: models[index].node, by: \.node) else { return nil }
            return StabilityResult.Gap(
                test: Self.supremum(losses[index].test, otherLosses[other].test),
                training: zip(losses[index].training, otherLosses[other].training).map(Self.supremum).max() ?? 0,
                distance: Self.distance(models[index].model, others[other].model))
        }
    }

    /// sup_z |ℓ(θ; z) − ℓ(θ'; z)|; what is no number is the worst of all.
    private static func supremum(_ losses: [Double], _ others: [Double]) -> Double {
        zip(losses, others).reduce(0) { greatest, pair in
            let gap = (pair.0 - pair.1).magnitude
            return gap.isNaN ? .infinity : max(greatest, gap)
        }
    }

    private static func distance(_ model: [Float], _ other: [Float]) -> Double {
        squaredDistance(model.span, other.span).squareRoot()
    }

    private func generalizationGap(_ losses: Losses) -> Double {
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
        return mean(losses.test) - mean(losses.training.map(mean))
    }
}
