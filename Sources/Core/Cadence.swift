// How training and gossip alternate: a round trains once and gossips once, or gossips several times, or every so many.
public import Kernels

/// The course of gossip steps. A step is what messages, traces and waits count by; it is a round where a round has one.
public struct Cadence: Sendable, Equatable {
    /// Models are exchanged in every `mixEvery`-th round; the others are local.
    public let mixEvery: Int
    /// Gossip steps of a round, of which the first follows the local steps.
    public let gossipSteps: Int

    public init(mixEvery: Int = 1, gossipSteps: Int = 1) {
        precondition(mixEvery > 0 && gossipSteps > 0, "the schema allows no others")
        precondition(mixEvery == 1 || gossipSteps == 1, "several gossip steps in every round, or one in several rounds")
        self.mixEvery = mixEvery
        self.gossipSteps = gossipSteps
    }

    /// Whether the step begins a round, and local steps come before it.
    public func trains(in step: Round) -> Bool { gossipSteps == 1 || step.number % gossipSteps == 0 }

    /// Whether anything is exchanged in it.
    public func exchanges(in step: Round) -> Bool { mixEvery == 1 || (step.number + 1) % mixEvery == 0 }

    /// The round that a step belongs to.
    public func round(of step: Round) -> Round {
        gossipSteps == 1 ? step : Round(step.number / gossipSteps)
    }

    /// The first step of a round.
    public func firstStep(of round: Round) -> Round { Round(round.number * gossipSteps) }

    /// The first step at or after this one with which a round begins.
    func roundStart(notBefore step: Round) -> Round {
        Round((step.number + gossipSteps - 1) / gossipSteps * gossipSteps)
    }

    /// The last step at or after this one, or before the next that exchanges: nobody can be further without having
    /// exchanged.
    func nextExchange(after step: Round) -> Round {
        Round((step.next.number / mixEvery + 1) * mixEvery - 1)
    }
}
