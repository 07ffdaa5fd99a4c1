// Admission: the last checks before a neighbour's model is kept; the cheap ones on bytes were made by the link. Order:
// known neighbour, round window, replay, dimension, finiteness.
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

    /// - Parameter takesAnyRound: the newest model counts, of whatever round.
    static func judge(
        _ message: ModelMessage, from neighbour: NeighbourState, in round: Round, by configuration: NodeConfiguration,
        takesAnyRound: Bool = false
    ) -> Admission {
        guard neighbour.isSender else { return .refused(.notANeighbour) }
        guard message.round.number < configuration.steps else { return .refused(.roundOutOfRange) }
        let isCurrent: Bool
        if !takesAnyRound {
            if message.round < round { return .late }
            isCurrent = message.round == round
            if isCurrent {
                // It knows as well as this node that it has nothing to send now.
                guard neighbour.weight != nil else { return .refused(.notANeighbour) }
                guard neighbour.current == nil, neighbour.offendedIn != round else { return .refused(.duplicateRound) }
            } else if let oldest = neighbour.early.first {
                if neighbour.early.contains(where: { $0.round == message.round }) { return .refused(.duplicateRound) }
                if neighbour.early.count == configuration.backlog, message.round < oldest.round { return .late }
            }
        } else {
            isCurrent = true
            if let current = neighbour.current {
                if message.round == current.round { return .refused(.duplicateRound) }
                if message.round < current.round { return .late }
            }
        }
        if let fault = fault(of: message, elements: configuration.channels.elementCount) { return .refused(fault) }
        return isCurrent ? .current : .early
    }

    /// What is wrong with the parameters that a neighbour was asked for.
    static func judge(state message: ModelMessage, by configuration: NodeConfiguration) -> Rejection? {
        guard message.round.number < configuration.steps else { return .roundOutOfRange }
        return fault(of: message, elements: configuration.dimension)
    }

    private static func fault(of message: ModelMessage, elements: Int) -> Rejection? {
        guard message.values.count == elements else { return .wrongDimension }
        return message.isFinite ? nil : .notFinite
    }
}
