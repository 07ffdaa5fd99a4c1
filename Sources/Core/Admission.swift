// The last checks before a neighbour's model is kept; the cheap ones on bytes were made by the link.
// Order: known neighbour, round window, replay, dimension, finiteness.
import Kernels
import Wire

enum Admission: Equatable {
    /// For the round this node is in.
    case current
    /// For a round to come; replaces an older one.
    case early
    /// Honest but useless: its round has closed, or something newer is here already.
    case late
    case refused(Rejection)

    static func judge(
        _ message: ModelMessage, from neighbour: NeighbourState, in round: Round, of rounds: Int, dimension: Int
    ) -> Admission {
        guard neighbour.weight != nil else { return .refused(.notANeighbour) }
        guard message.round.number < rounds else { return .refused(.roundOutOfRange) }
        if message.round < round { return .late }
        if message.round == round {
            guard neighbour.current == nil, neighbour.offendedIn != round else { return .refused(.duplicateRound) }
        } else if let newest = neighbour.newest {
            if message.round == newest.round { return .refused(.duplicateRound) }
            if message.round < newest.round { return .late }
        }
        guard message.values.count == dimension else { return .refused(.wrongDimension) }
        guard allFinite(message.values.span) else { return .refused(.notFinite) }
        return message.round == round ? .current : .early
    }
}
