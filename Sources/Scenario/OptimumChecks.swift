// Where the optimum of an experiment's training problem is looked for, and where that is refused.
import Learning
import Registry

extension Experiment {
    /// Whether models are to be compared with the optimum.
    func searchesOptimum(of model: any ModelArchitecture) -> Bool {
        switch measureOptimum {
        case .none: false
        case .auto: type(of: model).knownOptimum == .formula && obstacle == nil
        case .solve: true
        }
    }

    /// - Throws: where it is asked for and cannot be had.
    func checkOptimum(of model: any ModelArchitecture) throws(ConfigurationFault) {
        guard measureOptimum == .solve else { return }
        func refuse(_ sentence: String) throws(ConfigurationFault) {
            throw ConfigurationFault("measure.optimum solve: \(sentence)")
        }
        switch type(of: model).knownOptimum {
        case .none:
            let known = ModelCatalog.all.entries.filter { $0.knownOptimum != .none }.map { $0.name }
            try refuse(
                "nobody knows the optimum of task.model \(task.model.kind); allowed: \(known.joined(separator: ", "))")
        case .iteration where training.weightDecay == 0:
            try refuse(
                "without weight decay task.model \(task.model.kind) may have no optimum, or several; "
                    + "training.weightDecay must be above 0")
        case .iteration, .formula: break
        }
        if let obstacle { try refuse(obstacle) }
    }

    /// What else than the problem decides where nodes end.
    private var obstacle: String? {
        training.projection.kind == NoProjection.name
            ? nil : "the optimum may lie outside of training.projection \(training.projection.kind), which must be none"
    }
}
