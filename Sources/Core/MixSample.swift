// What went into one mix of a node and came out of it, for whoever measures its rule. Nodes hand it out only where they
// are told to.
import Kernels

/// One mix: the first channel of it.
public struct MixSample: Sendable, Equatable {
    /// Another node whose vector was given to the rule.
    public struct Input: Sendable, Equatable {
        public let sender: NodeID
        /// In the mix.
        public let weight: Double

        public init(sender: NodeID, weight: Double) {
            self.sender = sender
            self.weight = weight
        }
    }

    public let step: Round
    /// Ascending.
    public let inputs: [Input]
    /// b, the weight that the rule was told to withstand.
    public let budget: Double
    /// What the node sent.
    public let own: [Float]
    /// What the rule made of it.
    public let mixed: [Float]

    public init(step: Round, inputs: [Input], budget: Double, own: [Float], mixed: [Float]) {
        precondition(own.count == mixed.count, "a rule changes no lengths")
        self.step = step
        self.inputs = inputs
        self.budget = budget
        self.own = own
        self.mixed = mixed
    }
}
