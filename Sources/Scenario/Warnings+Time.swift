// Doubts about a graph that changes: what its rounds come to together, and one by one.
import Graphs
import Kernels

extension Warnings {
    /// The honest nodes that belong to the graph in a round.
    private func present(_ round: Round) -> [NodeID] { honest.filter { graphs.isPresent($0, in: round) } }

    /// Where not even all rounds together connect the honest nodes.
    var parted: String? {
        let union = view.isAll ? view.union(on: topology) : topology
        let parts = union.components(of: honest)
        guard parts.count > 1 else { return nil }
        return "the honest nodes cannot all hear each other, whatever the round; parts: "
            + parts.map(names).joined(separator: " | ")
    }

    /// Where changes part the honest nodes for a while or for good.
    var lastingParts: String? {
        guard let changing = graphs as? ChangingLinks, parted == nil else { return nil }
        let torn = view.graphs.indices.filter { parts(of: view.graphs[$0]).count > 1 }
        guard let last = torn.last else { return nil }
        let isForGood = last == view.graphs.count - 1 && changing.period == nil
        let most = torn.max { parts(of: view.graphs[$0]).count < parts(of: view.graphs[$1]).count } ?? last
        let index = isForGood ? last : most
        let graph = view.graphs[index]
        let list = parts(of: graph).map(names).joined(separator: " | ")
        guard !isForGood else {
            return "from round \(graph.round) on the honest nodes cannot all hear each other; parts: \(list)"
        }
        let next = index + 1 < view.graphs.count ? view.graphs[index + 1].round.number : changing.period
        let span = next.map { "\(graph.round) to \($0 - 1)" } ?? "\(graph.round)"
        return "in rounds \(span) the honest nodes cannot all hear each other; parts: \(list)"
    }

    private func parts(of graph: RoundsInView.Graph) -> [[NodeID]] {
        graph.weights.topology.components(of: present(graph.round))
    }

    /// Where some round's mix moves the plain average of the honest models.
    var uneven: String? {
        guard !carriesMass else { return nil }
        let uneven = view.graphs.filter { !$0.weights.isDoublyStochastic(among: present($0.round)) }
        guard let first = uneven.first else { return nil }
        let drawn = graphs.distinctRounds(before: 1) == nil
        return "the weights of the honest nodes are not doubly stochastic in \(uneven.count) of "
            + "\(view.graphs.count) \(drawn ? "rounds" : "different graphs") looked at, first in round \(first.round): "
            + "there a mix moves the plain average of the honest models"
    }

    /// Changes that come when all is over.
    var neverChanging: String? {
        guard let changing = graphs as? ChangingLinks else { return nil }
        let steps = experiment.training.steps
        guard let late = changing.starts.first(where: { $0.number >= steps }) else { return nil }
        let noun = experiment.training.gossipSteps > 1 ? "gossip step" : "round"
        return "the schedule's changes from \(noun) \(late) on never come; the last \(noun) is \(steps - 1)"
    }

    /// Rounds without an exchange, which count in a schedule all the same.
    var rarelyMixing: String? {
        let every = experiment.training.mixEvery
        guard every > 1 else { return nil }
        return "models are exchanged in every \(every)th round only, and the schedule counts all rounds: links of the "
            + "others are never used"
    }

    /// Rounds in which no honest node is there.
    var deserted: String? {
        let empty = view.graphs.filter { present($0.round).isEmpty }
        guard let first = empty.first else { return nil }
        return "no honest node is there in \(empty.count) of \(view.graphs.count) rounds looked at, first in round "
            + "\(first.round): nothing is learned in them"
    }

    /// What comes after the last round of a trace of contacts that is shorter than the run.
    var afterTrace: String? {
        let steps = experiment.training.steps
        guard let contacts = graphs as? ContactLinks, contacts.length < steps else { return nil }
        let words =
            switch contacts.after {
            case .repeat: "it begins again"
            case .hold: "the contacts of its last round go on"
            case .end: "nobody meets any more"
            }
        return "the trace of contacts has \(contacts.length) rounds; from round \(contacts.length) on \(words)"
    }
}
