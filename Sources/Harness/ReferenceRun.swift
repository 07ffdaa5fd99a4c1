// Reference runs: the same seeds with one thing changed, in the simulator, to compare a run with.
import Kernels
import Metrics
import Platform
import Registry
import Scenario
import Simulation

extension Reference {
    /// For legends and messages.
    var inWords: String {
        switch self {
        case .noAttack: "without attack"
        case .noCommunication: "without communication"
        }
    }
}

/// A run that another one is compared with.
public struct ReferenceRun: Sendable {
    public let kind: Reference
    /// In order of rounds.
    public let evaluations: [EvaluationRecord]
    /// Of the honest nodes that finished, ascending.
    public let models: [(node: NodeID, model: [Float])]

    /// Their own models, where they have such beside what they share.
    let ownModels: [NodeID: [Float]]

    public init(
        _ kind: Reference, evaluations: [EvaluationRecord], models: [(node: NodeID, model: [Float])],
        ownModels: [NodeID: [Float]] = [:]
    ) {
        self.kind = kind
        self.evaluations = evaluations
        self.models = models
        self.ownModels = ownModels
    }

    /// The last of them, whenever it was.
    public var final: EvaluationRecord? { evaluations.last }

    /// The end, to be compared with that of another run; `nil` where it is not of as many rounds and honest nodes.
    func end(like other: EvaluationRecord) -> EvaluationRecord? {
        evaluations.last.flatMap { $0.rounds == other.rounds && $0.nodes == other.nodes ? $0 : nil }
    }

    /// All that the experiment asks for, in its order; fewer where it is told to stop.
    ///
    /// - Parameters:
    ///   - begin: is told what is about to be simulated.
    ///   - shouldStop: asked between instants.
    public static func all(
        of assembly: Assembly, options: Simulator.Options, begin: (Reference) -> Void = { _ in },
        shouldStop: () -> Bool = { false }
    ) throws -> [ReferenceRun] {
        var runs: [ReferenceRun] = []
        for kind in assembly.experiment.measureReferences {
            begin(kind)
            let run = SimulatedRun(try assembly.reference(kind), options: options)
            let (outcome, _) = try run.run(evaluated: { _ in }, shouldStop: shouldStop)
            guard !outcome.wasStopped else { break }
            let honest = Set(assembly.honest)
            runs.append(
                ReferenceRun(
                    kind, evaluations: outcome.evaluations,
                    models: outcome.finalModels.filter { honest.contains($0.node) },
                    ownModels: outcome.ownModels))
        }
        return runs
    }

    /// Its digest over the honest nodes' final models.
    public var modelDigest: String { models.isEmpty ? "" : hexadecimal(Scenario.modelDigest(models)) }
}
