// NodeEffect: everything that a core can ask of its driver. Effects are carried out in order.
import Kernels
import Learning
import Metrics
import Wire

/// What a core asks of its driver.
public enum NodeEffect: Sendable {
    case send(Message, to: NodeID)
    /// Send a `timer` event then, instead of whenever was asked for before.
    case wake(at: Instant)
    /// Take the local step of this round from this model and answer `trained`.
    case train(Round, from: [Float], LocalState)
    /// Take the loss of each of these models on the batch of this round and answer `lossesProbed`.
    case probeLosses(Round, [[Float]])
    /// Must be kept before any later effect is carried out, as frames derived from this mix follow it: `EffectQueue`
    /// sees to that where there is no room.
    case trace(TraceLine)
    /// Its operator is to be told; the node goes on.
    case warn(Warning)
    case record(NodeRecord)
    /// The mix that made the model after this many rounds, for whoever measures.
    case mixed(rounds: Int, MixSample)
    /// The node's own model after this many rounds, where it has one beside what it shares; before that one.
    case ownModel(rounds: Int, [Float])
    /// The model after this many rounds, for whoever evaluates.
    case snapshot(rounds: Int, [Float])
    case save(Checkpoint)
    /// The last effect.
    case stop(Ending)
}

/// What an operator must know of a node that goes on.
public enum Warning: Sendable, Equatable, CustomStringConvertible {
    /// By what it left behind it has sent a model of a round that its neighbours are far from.
    case ahead(sent: Round, others: Round)
    /// They came no nearer.
    case wentOnAhead(sent: Round, others: Round)

    public var description: String {
        switch self {
        case .ahead(let sent, let others):
            "by its trace it has sent a model of round \(sent), and its neighbours are in round \(others): it says "
                + "nothing until they are there; if its folder is of another run, end it"
        case .wentOnAhead(let sent, let others):
            "its neighbours stay in round \(others), lost or hostile: it goes on without them after round \(sent), "
                + "the last that it has sent a model of"
        }
    }
}

/// How a node's run ended.
public enum Ending: Sendable, Equatable {
    /// All rounds are done.
    case finished([Float])
    /// It was told to.
    case stopped(Round)
    /// Its own model was not finite any more, after the local step of this round or after its mix.
    case diverged(Round)
    /// What this round came to could not be written down, for as long as patience allows.
    case traceLost(Round)
}

extension Ending {
    /// What went wrong, in half a sentence; `nil` where nothing did.
    public var failure: String? {
        switch self {
        case .finished, .stopped: nil
        case .diverged(let round): "\(Self.divergence)\(round)\(Self.remedy)"
        case .traceLost(let round): "gave up at round \(round): its trace could not be written"
        }
    }

    /// Whether a failure, as told by `failure`, is a divergence.
    public static func isDivergence(_ failure: some StringProtocol) -> Bool {
        failure.hasPrefix(divergence) && failure.hasSuffix(remedy)
    }

    private static let divergence = "diverged at round "
    private static let remedy = "; a smaller step size may help"
}
