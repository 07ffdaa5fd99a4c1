// The local work of one round on its way through a driver: parameters in, what is sent out, in one and the same memory.
public import Kernels
public import Learning

/// What the effect `train` asks for, kept by whoever carries it out.
public struct LocalStep: Sendable {
    public let round: Round
    private var vector: [Float]
    private var kept: LocalState

    public init(_ round: Round, from parameters: consuming [Float], _ kept: consuming LocalState) {
        self.round = round
        vector = parameters
        self.kept = kept
    }

    /// Trains once, in the memory of the parameters where nobody else holds them.
    ///
    /// - Returns: what the core is told.
    public mutating func run(by trainer: any LocalModel, scratch: inout TrainingScratch) -> NodeEvent {
        let report = trainer.step(&vector, state: &kept, round: round, scratch: &scratch)
        defer { (vector, kept) = ([], LocalState()) }
        return .trained(round, vector, kept, report)
    }
}
