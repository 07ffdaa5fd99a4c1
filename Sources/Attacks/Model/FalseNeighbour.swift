// False neighbour: a lie about the graph, as if another node sent the model.
import Kernels
import Registry

/// Sends its own model under the name of another node, each round another one: one that the victim has no edge with, or
/// another hostile one, which an attacker cannot tell from that. Weights come from the topology file and never from the
/// wire, and whoever opened the link answers for all that comes on it: the link refuses the frame (`wrongSender`) and
/// ends. A degree cannot be claimed at all, since no frame says one.
public struct FalseNeighbour: ModelAttack {
    public static let name = "falseNeighbour"
    public static let aliases = ["topologyLie", "falseEdge"]
    public static let summary = "Claims edges that there are not, by models in other nodes' names; links refuse them."
    public static let forgesModels = false

    public init(_ parameters: ParameterValues) {}

    public var needs: AttackNeeds { [.own, .victim] }

    public func plan(seeing view: borrowing AttackView) -> [Float] { view.own }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        let neighbours = view.victim(victim)?.honestSenders.map(\.node) ?? []
        let strangers = (0..<view.surroundings.nodes).map { NodeID($0) }.filter {
            $0 != victim && neighbours.slot(of: $0, by: \.self) == nil
        }
        // Where the victim hears everyone, a node that does not exist.
        guard !strangers.isEmpty else { return .posing(plan, as: NodeID(view.surroundings.nodes)) }
        return .posing(plan, as: strangers[(view.round.number + victim.index) % strangers.count])
    }
}
