// CommonModelRun: the common models of honest nodes at the measured rounds of a simulated run.
import Kernels
import Scenario

struct CommonModelRun {
    struct Moment {
        let rounds: Int
        /// Of the honest nodes, ascending by node.
        let models: [[Double]]

        var mean: [Double] {
            var mean = [Double](repeating: 0, count: models[0].count)
            for model in models {
                for j in mean.indices { mean[j] += model[j] / Double(models.count) }
            }
            return mean
        }
    }

    /// From the start to the end.
    let moments: [Moment]
    /// Where all honest nodes ended; `nil` where not all came to the end.
    let end: Moment?

    /// - Parameter strategic: the node that is left out, whether it lies or has poisoned data.
    /// - Returns: `nil` where it was stopped.
    init?(_ assembly: Assembly, but strategic: Int, _ shouldStop: () -> Bool) throws {
        var models: [Int: [NodeID: [Float]]] = [:]
        let (outcome, _) = try SimulatedRun(assembly, options: .init(threads: 2)).run { observation in
            guard case .snapshot(let node, let rounds, let model) = observation else { return }
            models[rounds, default: [:]][node] = model
        } evaluated: { _ in
        } shouldStop: {
            shouldStop()
        }
        guard !outcome.wasStopped else { return nil }
        let end = assembly.experiment.training.rounds
        for (node, model) in outcome.finalModels { models[end, default: [:]][node] = model }
        let honest = assembly.topology.nodes.filter { $0.index != strategic }
        moments = models.sorted { $0.key < $1.key }.compactMap { rounds, all -> Moment? in
            let found = honest.compactMap { all[$0].map { $0.map { Double($0) } } }
            return found.isEmpty ? nil : Moment(rounds: rounds, models: found)
        }
        self.end = moments.last.flatMap { $0.rounds == end && $0.models.count == honest.count ? $0 : nil }
    }
}
