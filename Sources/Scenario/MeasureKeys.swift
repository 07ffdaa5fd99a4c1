// What an experiment asks to be measured beyond what every run is measured by, and where that is refused. How it is
// measured is the laboratory's business.
import Aggregation
import Attacks
import Learning
import Registry

/// What is measured only where it is asked for, as it costs time, memory or long lines.
public enum ExtraMeasure: String, Sendable, CaseIterable {
    case nodes, classes, success, gradients, mixing, disagreement, membership, equivocation, varianceNorm
}

/// A run to compare with: the same seeds and data with one thing changed, in the simulator.
public enum Reference: String, Sendable, CaseIterable {
    /// The hostile nodes follow the protocol, with the data that the split gives them and no poison. Rules withstand
    /// as many hostile nodes as before.
    case noAttack
    /// Each honest node keeps its own model.
    case noCommunication
}

extension Experiment {
    /// - Parameters:
    ///   - wants: whether any attack wants samples to be taken for a class of its choice.
    ///   - shape: of the samples.
    func checkMeasures(attackerWants wants: Bool, shape: SampleShape) throws(ConfigurationFault) {
        if measureTarget != nil, shape.classCount == 0 {
            throw ConfigurationFault(
                "measure.target is an accuracy, and task.dataset \(task.dataset.kind) has \(shape.targets); allowed: "
                    + "null")
        }
        for extra in measureAlso {
            switch extra {
            case .classes where shape.classCount == 0:
                throw ConfigurationFault(
                    "measure.also classes needs classes, and task.dataset \(task.dataset.kind) has \(shape.targets)")
            case .success where !wants:
                throw ConfigurationFault(
                    "measure.also success needs an attack that wants samples to be taken for another class; allowed "
                        + "with: \(Experiment.wantingAttacks.joined(separator: ", "))")
            case .mixing where timing.kind == .asynchronous:
                throw ConfigurationFault(
                    "measure.also mixing needs models of one round, and timing.kind is asynchronous; allowed: "
                        + "synchronous")
            case .nodes, .classes, .success, .gradients, .mixing, .disagreement, .membership, .equivocation,
                .varianceNorm:
                break
            }
        }
        if stability.twins > 0, timing.kind == .asynchronous {
            throw ConfigurationFault(
                "measure.stability.twins compares runs round by round, and timing.kind is asynchronous; allowed: "
                    + "synchronous, or 0 twins")
        }
        for reference in measureReferences {
            switch reference {
            case .noAttack where adversary.isEmpty:
                throw ConfigurationFault("measure.reference noAttack is this run itself: adversary is empty")
            case .noCommunication where aggregation.rule.kind == NoCommunication.name:
                throw ConfigurationFault(
                    "measure.reference noCommunication is this run itself: aggregation.rule is \(NoCommunication.name)")
            case .noAttack, .noCommunication: break
            }
        }
    }

    /// Whether nodes tell what they last sent, and what became of it.
    public var handsOutMixes: Bool {
        measureAlso.contains(.mixing) || measureAlso.contains(.membership) && timing.kind == .synchronous
    }

    private static let wantingAttacks = AttackCatalog.all.entries.filter {
        ($0 as? any DataAttack.Type)?.wants ?? false
    }
    .map { $0.name }
}
