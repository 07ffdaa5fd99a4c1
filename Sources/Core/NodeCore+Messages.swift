// Handles messages and links of neighbours: what they change in what is known of each.
import Kernels
import Metrics
import Wire

extension NodeCore {
    mutating func receive(_ message: Message, from node: NodeID, at now: Instant) {
        guard let slot = slot(of: node) else { return count(.notANeighbour) }
        switch message {
        case .model(let model):
            guard listens(to: node) else { return }
            receive(model, slot: slot)
        case .waiting(let round):
            guard round.number < configuration.steps else { return }
            note(.neighbourHeldUp)
            neighbours[slot].hasSaidWaiting = true
            neighbours[slot].saidWaitingIn = max(neighbours[slot].saidWaitingIn ?? round, round)
        case .stateRequest(let round):
            guard !function.sendsModels, configuration.neighbours[slot].receives, round.number < configuration.steps
            else { return }
            // It has none to offer itself.
            neighbours[slot].hasSaidWaiting = true
            neighbours[slot].saidWaitingIn = max(neighbours[slot].saidWaitingIn ?? round, round)
            stateExchanges[slot].wanted = round
        case .state(let state):
            guard listens(to: node), isEntering, !function.sendsModels, agreedRound ?? state.round == state.round
            else { return }
            if let rejection = Admission.judge(state: state, by: configuration) { return count(rejection, slot) }
            stateExchanges[slot].offer = state
        case .bye(let closeReason):
            neighbours[slot].noteBye(closeReason, at: now, configuration.patience)
        // The rest only where a simulation has no links: they would have refused it.
        case .noise:
            count(.badMagic, slot)
        case .posing:
            count(.wrongSender, slot)
        case .flood(let model, let frames):
            if listens(to: node) { receive(model, slot: slot) }
            count(.duplicateRound, slot, times: frames - 1)
        }
    }

    mutating func receive(_ message: ModelMessage, slot: Int) {
        if neighbours[slot].repeats(message) { return note(.modelRepeated) }
        let verdict = Admission.judge(
            message, from: neighbours[slot], in: round, by: configuration,
            takesAnyRound: isAsynchronous || (isEntering && function.sendsModels))
        switch verdict {
        case .current:
            if neighbours[slot].current != nil { note(.modelReplaced) }
            neighbours[slot].current = message
            neighbours[slot].receivedIn = round
        case .early:
            note(.modelEarly)
            if neighbours[slot].early.count == configuration.backlog { note(.modelCrowdedOut) }
            neighbours[slot].keep(message, backlog: configuration.backlog)
        case .late:
            note(.modelLate)
            record.lateModels += 1
        case .refused(let rejection):
            count(rejection, slot)
            // An offence in this round stands, whatever follows for rounds to come.
            guard rejection.isProvenOffence, neighbours[slot].offendedIn != round else { return }
            neighbours[slot].offendedIn = message.round
            return
        }
        neighbours[slot].newestRound = max(neighbours[slot].newestRound ?? message.round, message.round)
        neighbours[slot].isReturning = false
        if neighbours[slot].isGivenUp { note(.neighbourForgiven) }
        neighbours[slot].isGivenUp = false
        neighbours[slot].isFlooding = false
    }

    /// - Parameter slot: of the neighbour whose link it came over; `nil` where it may be anybody's.
    mutating func count(_ rejection: Rejection, _ slot: Int? = nil, times: Int = 1) {
        if let slot { noteRefusal(of: neighbours[slot].node, rejection, times: times) }
        if let index = record.rejections.firstIndex(where: { $0.reason == rejection.rawValue }) {
            record.rejections[index].count += times
        } else {
            record.rejections.append(.init(reason: rejection.rawValue, count: times))
        }
    }

    private mutating func noteRefusal(of node: NodeID, _ rejection: Rejection, times: Int) {
        let place = record.refusals.firstIndex { $0.neighbour == node && $0.reason == rejection.rawValue }
        if let place {
            record.refusals[place].count += times
        } else {
            record.refusals.append(.init(neighbour: node, reason: rejection.rawValue, count: times))
        }
    }
}
