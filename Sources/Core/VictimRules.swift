// What an attacker knows that knows its victims' rules (K3): their rounds, to be played with what it heard. Of a
// victim's memory, its training and its data it knows nothing.
import Aggregation
import Attacks
public import Kernels
import Wire

/// The rounds of nodes that an attacker lies to.
public struct VictimRules: Sendable {
    /// Ascending by node.
    private let functions: [RoundFunction]
    /// Ascending: all that forge what they send.
    private let hostile: [NodeID]

    /// - Parameter functions: without training; of a rule that remembers, each trial begins with what this one does.
    public init(_ functions: [RoundFunction], amid hostile: [NodeID]) {
        self.functions = functions.sorted { $0.configuration.node < $1.configuration.node }
        self.hostile = hostile
    }

    func oracle(in round: Round, hearing heard: [ReceivedModel]) -> MixOracle {
        MixOracle { trial(of: $0, sent: $1, in: round, hearing: heard) }
    }

    /// - Parameter heard: ascending by sender.
    private func trial(
        of victim: NodeID, sent forgery: [Float], in round: Round, hearing heard: [ReceivedModel]
    ) -> Trial? {
        func model(of node: NodeID) -> ModelMessage? {
            heard.slot(of: node, by: \.sender).map { heard[$0].message }
        }
        guard let place = functions.slot(of: victim, by: \.configuration.node), let own = model(of: victim) else {
            return nil
        }
        var function = functions[place]
        let neighbours = function.configuration.neighbours
        // Nobody looks at its digest, and nobody takes what is no number.
        let lie = allFinite(forgery.span) ? ModelMessage(round: round, values: forgery, digest: 0) : nil
        let inputs = neighbours.compactMap { neighbour -> ReceivedModel? in
            let isHostile = hostile.slot(of: neighbour.node, by: \.self) != nil
            return (isHostile ? lie : model(of: neighbour.node)).map {
                ReceivedModel(sender: neighbour.node, message: $0)
            }
        }
        var workspace = Workspace(dimension: forgery.count, degree: neighbours.count)
        let mixed = function.mix(
            own, with: inputs, offenders: [], among: function.configuration.roundNeighbourhood(in: round),
            using: &workspace)
        return Trial(model: mixed, threshold: workspace.report.threshold)
    }
}
