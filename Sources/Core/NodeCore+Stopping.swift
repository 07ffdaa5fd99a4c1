// Ending with a round: what a node that is warned before the end of its job leaves, and how it goes on from there with
// all others.
//
// Nodes that are warned are a round apart at most, or as far as links let them be. One that can close its round does so
// and leaves the state after it. One that lacks the message of a neighbour that has stopped before it leaves the open
// round: its own message and those that it has heard. Whoever is ahead of it has sent those, since leave is taken only
// after them, and need not send them again; whoever is not ahead comes to them anew, by the same bits.
import Kernels
import Wire

extension NodeCore {
    /// Leaves what it can go on from together with all that are warned.
    func leave(_ checkpoint: Checkpoint, into effects: inout [NodeEffect]) {
        var checkpoint = checkpoint
        checkpoint.stops = stops + 1
        checkpoint.isStop = true
        effects.append(.save(checkpoint))
    }

    /// In the middle of a round.
    func openCheckpoint(of halfStep: HalfStep) -> Checkpoint {
        var openRound = Checkpoint.OpenRound(step: round, start: startDigest, own: halfStep.own.values)
        openRound.heard = neighbours.flatMap(\.heard)
        openRound.offenders = neighbours.filter { $0.offendedIn == round }.map(\.node)
        openRound.forgedTo = neighbours.filter { $0.forgedToIn == round }.map(\.node)
        var checkpoint = checkpoint(of: function.state(in: halfStep), rounds: currentRound.number)
        checkpoint.openRound = openRound
        return checkpoint
    }

    mutating func restore(_ openRound: Checkpoint.OpenRound, of state: NodeState) {
        round = openRound.step
        openHalfStep = function.halfStep(
            goingOnFrom: state, own: ModelMessage(round: openRound.step, values: openRound.own))
        for model in openRound.heard {
            guard let slot = slot(of: model.sender) else { continue }
            neighbours[slot].restore(model.message, in: round, backlog: configuration.backlog)
        }
        for node in openRound.offenders { if let slot = slot(of: node) { neighbours[slot].offendedIn = round } }
        for node in openRound.forgedTo { if let slot = slot(of: node) { neighbours[slot].forgedToIn = round } }
    }
}

extension Checkpoint {
    /// Whether an open round in it is one that a node of this configuration can be in.
    public func fits(_ configuration: NodeConfiguration) -> Bool {
        guard let openRound else { return true }
        let (step, elements) = (openRound.step, configuration.channels.elementCount)
        return step.number < configuration.steps && configuration.cadence.round(of: step).number == rounds
            && openRound.own.count == elements
            && openRound.heard.allSatisfy {
                $0.message.values.count == elements && $0.message.round >= step
                    && $0.message.round.number < configuration.steps && allFinite($0.message.values.span)
            }
    }
}
