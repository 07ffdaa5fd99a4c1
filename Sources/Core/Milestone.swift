// Milestone: what a node may come through that neither its messages nor its records tell. A core notes it in a word of
// bits, for whoever watches whether everything that can happen does happen.

/// One thing that a node may come through.
public enum Milestone: Int, Sendable, CaseIterable {
    // Coming back.
    case restartedFromCheckpoint, restartedByTrace, restartedAfresh, checkpointRefused
    case enteredWithNeighbours, enteredAlone, enteredAtEnd
    case askedForOneRound, toldState, leftBehind, enteredAgain
    case silentAhead, caughtUpWith, wentOnAhead
    // Links and neighbours.
    case linkMadeAnew, neighbourRestarted, metAgain, rested
    // Waiting.
    case heldUp, neighbourHeldUp, mayBeLateOnPurpose, outOfCredit, neighbourGivenUp, neighbourForgiven
    case missedModel, waitedCutOff, wentAlone, delayedForgery
    // Models.
    case modelEarly, modelCrowdedOut, modelLate, modelReplaced, modelStale, modelRepeated
    case offenderDiscounted, wentAstray, lossesAsked, mixDegraded, mixUnfinished, diverged
    // Its clock and its disk.
    case clockCorrected, traceWaited, traceLost, checkpointLost

    public var name: String { Self.names[rawValue] }
    /// Kept, since a soak asks for them at every milestone.
    private static let names = allCases.map { "\($0)" }

    /// Whether it is one of the ways in which a node comes back.
    public var isOfRecovery: Bool {
        switch self {
        case .restartedFromCheckpoint, .restartedByTrace, .restartedAfresh, .checkpointRefused,
            .enteredWithNeighbours, .enteredAlone, .enteredAtEnd, .askedForOneRound, .toldState, .leftBehind,
            .enteredAgain, .silentAhead, .caughtUpWith, .wentOnAhead:
            true
        default: false
        }
    }

    public var sentence: String {
        switch self {
        case .restartedFromCheckpoint: "it came back from its newest whole checkpoint"
        case .restartedByTrace: "it came back by the end of its trace alone"
        case .restartedAfresh: "it came back with nothing left of it but that it had begun"
        case .checkpointRefused: "its newest checkpoint was damaged, and an older one had to do, or none"
        case .enteredWithNeighbours: "it entered with a mean of its neighbours' parameters"
        case .enteredAlone: "it entered with its own, having heard of too few"
        case .enteredAtEnd: "it came back when all rounds were over"
        case .askedForOneRound: "offered parameters of different rounds, it asked for those of one"
        case .toldState: "it told a neighbour its parameters"
        case .leftBehind: "the others had gone on without it, and it skipped rounds"
        case .enteredAgain: "left behind, it asked for the others' parameters"
        case .silentAhead: "it was silent, ahead of its neighbours by what it had left behind"
        case .caughtUpWith: "its neighbours came to the round in which it had been silent"
        case .wentOnAhead: "they came no nearer, and it went on without them"
        case .linkMadeAnew: "a link was made anew"
        case .neighbourRestarted: "a neighbour came back as another process"
        case .metAgain: "it met a neighbour again after a rest, or after very long, and waits longer for it"
        case .rested: "it was away for a round"
        case .heldUp: "it told its neighbours that it had nothing to send yet"
        case .neighbourHeldUp: "a neighbour told it so"
        case .mayBeLateOnPurpose: "so few were missing that all might be late on purpose: a wait was charged"
        case .outOfCredit: "it waited no longer for a neighbour that owed it too much"
        case .neighbourGivenUp: "it gave a neighbour up"
        case .neighbourForgiven: "a neighbour that it had given up sent a model"
        case .missedModel: "it closed a round without a model that was expected"
        case .waitedCutOff: "cut off, it took its time for a round"
        case .wentAlone: "cut off for too long, it ran on alone"
        case .delayedForgery: "hostile, it kept a victim waiting before it sent a forgery"
        case .modelEarly: "a model came before its round"
        case .modelCrowdedOut: "more came early than are kept, and the oldest gave way"
        case .modelLate: "a model came when its round had closed"
        case .modelReplaced: "asynchronous, it had a newer model in place of an older one"
        case .modelStale: "asynchronous, it went on without a model that was too old"
        case .modelRepeated: "what it had kept over a stop came once more"
        case .offenderDiscounted: "an offender's weight left the budget of a round"
        case .wentAstray: "it found that it had gone astray itself, and left its own out of the mix"
        case .lossesAsked: "its rule tried models out before it mixed"
        case .mixDegraded: "too few were heard to withstand as many hostile nodes as declared"
        case .mixUnfinished: "the rule's iteration was stopped by its limit"
        case .diverged: "its model was no longer finite"
        case .clockCorrected: "its clock leapt, or its process stood still, and time went on from where it was"
        case .traceWaited: "its disk was full, and it waited until its trace could be written"
        case .traceLost: "its trace could not be written for too long"
        case .checkpointLost: "its disk was full, and a checkpoint was lost"
        }
    }
}

/// A set of milestones.
public struct Milestones: Sendable, Equatable {
    private var bits: UInt64 = 0

    public init() {}

    public var isEmpty: Bool { bits == 0 }

    public mutating func insert(_ milestone: Milestone) { bits |= 1 << UInt64(milestone.rawValue) }

    public func contains(_ milestone: Milestone) -> Bool { bits & 1 << UInt64(milestone.rawValue) != 0 }

    /// In the order of the cases.
    public var all: [Milestone] { Milestone.allCases.filter(contains) }
}
