// What no case of a soak can reach, each with its reason. A soak that reaches one of these fails, so that the list
// stays true; but for what the oddest chance may bring about.
import Aggregation
import Attacks
import Core
import Faults
import Graphs
import Learning
import Simulation
import Wire

extension SoakPoints {
    static let exclusions: [PointExclusion] =
        ofCatalogues + ofKnowledge + ofRejections + ofCarriages + ofMilestones + ofRecoveries + ofFaults

    // MARK: - What is drawn

    private static let ofCatalogues = [
        PointExclusion("split", "no sample of generated data belongs to anyone") { row, _ in row == GroupSplit.name }
    ]

    /// Refused, whatever else is drawn.
    private static let ofKnowledge = [
        PointExclusion("attack x rule", "it plays its victims' mixes, and none of these knows their losses") {
            attack, rule in
            let always = [OptimisedALIE.name, OptimisedIPM.name, SpectralHeterogeneity.name]
            let type = try? RuleCatalog.gossip.entry(named: rule)
            return always.contains(attack) && type is any LossAwareRule.Type
        }
    ]

    // MARK: - What is refused

    /// Found where connections are accepted, which a simulation does not do.
    private static let atTheDoor: Set<Rejection> = [
        .tooManyConnections, .tooSlow, .flood, .pastIncarnation, .placeTaken,
    ]
    /// Found in a handshake between nodes that do not belong together.
    private static let betweenStrangers: Set<Rejection> = [
        .otherExperiment, .otherRun, .otherChannels, .noKey, .wrongKey, .otherEdgesKey, .unknownSender,
    ]
    /// Found where a peer says hello otherwise, or sends vectors that it has not agreed on: the fuzzers do.
    private static let ofNoAttack: Set<Rejection> = [.unexpectedHandshake, .wrongDimension]

    private static func rejections(_ reason: String, _ excluded: Set<Rejection>) -> [PointExclusion] {
        ["rejection", "rejection x carriage"].map { group in
            PointExclusion(group, reason) { row, _ in excluded.contains { $0.rawValue == row } }
        }
    }

    /// Found in bytes, or by a link; messages that travel as values have neither, but for those that stand for bytes.
    private static let inBytes = Set(Rejection.allCases).subtracting([
        .badCheck, .badMagic, .wrongSender, .wrongDimension, .notFinite, .roundOutOfRange, .duplicateRound,
        .notANeighbour, .implausible,
    ])

    private static let ofRejections: [PointExclusion] =
        rejections("found where connections are accepted, and a simulation has no sockets", atTheDoor)
        + rejections("all nodes are of one experiment and have the keys of their edges", betweenStrangers)
        + rejections("no attack makes up a handshake, or vectors that it has not agreed on", ofNoAttack)

    private static let ofCarriages = [
        PointExclusion("rejection x carriage", "messages that travel as values have no bytes and no links") {
            row, carriage in carriage == Carriage.values.rawValue && inBytes.contains { $0.rawValue == row }
        },
        PointExclusion("rejection x carriage", "nothing is sealed") { row, carriage in
            [Rejection.badSeal, .notSealed].contains { $0.rawValue == row }
                && [Carriage.bytes, .datagrams].contains { $0.rawValue == carriage }
        },
        PointExclusion("rejection x carriage", "fragments are put in order before their frames are read") {
            row, carriage in
            row == Rejection.replayedSequence.rawValue && carriage == Carriage.datagrams.rawValue
        },
        PointExclusion(
            "rejection x carriage", "only hellos and cookies are not sealed, but for one wrong bit at the right moment",
            mayHappen: true
        ) { row, carriage in
            row == Rejection.handshakeExpected.rawValue && carriage == Carriage.sealedDatagrams.rawValue
        },
        PointExclusion(
            "rejection x carriage", "nothing claims a seal, but for one wrong bit before enough other bytes",
            mayHappen: true
        ) { row, carriage in
            row == Rejection.unexpectedKey.rawValue && carriage == Carriage.datagrams.rawValue
        },
    ]

    // MARK: - What nodes come through

    private static func milestone(_ reason: String, _ excluded: Milestone...) -> PointExclusion {
        PointExclusion("milestone", reason) { row, _ in excluded.contains { $0.name == row } }
    }

    private static let givesUp = "an honest node that gives up breaks the invariant 'progress'"

    private static let standStill = "it takes hostile neighbours alone, none of which gets on for thirty deadlines"

    private static let ofMilestones = [
        milestone("no node of a soak is told to stop with a round", .modelRepeated),
        milestone(givesUp, .traceLost),
        PointExclusion("milestone", standStill, mayHappen: true) { row, _ in row == Milestone.wentOnAhead.name },
        milestone("a full disk keeps the trace waiting that a checkpoint comes after", .checkpointLost),
    ]

    private static let ofRecoveries = [
        PointExclusion("recovery x exchange", standStill, mayHappen: true) { row, _ in
            row == Milestone.wentOnAhead.name
        },
        PointExclusion("recovery x exchange", "where models travel nobody asks for parameters") { row, exchange in
            let asking: [Milestone] = [.askedForOneRound, .toldState, .enteredAgain]
            return asking.contains { $0.name == row } && sendsModels(exchange)
        },
        PointExclusion("recovery x exchange", "whoever answers with its parameters is in a round itself") {
            row, exchange in row == Milestone.enteredAtEnd.name && !sendsModels(exchange)
        },
        PointExclusion("recovery x exchange", "where no models travel a node asks for parameters instead") {
            row, exchange in row == Milestone.leftBehind.name && !sendsModels(exchange)
        },
    ]

    private static func sendsModels(_ exchange: String) -> Bool {
        (try? ExchangeCatalog.all.entry(named: exchange))?.sendsModels ?? false
    }

    // MARK: - What faults strike

    private static let ofFaults = [
        PointExclusion("fault x phase", "losses are answered at once: no time passes") { _, phase in
            phase == NodePhase.probing.rawValue
        },
        PointExclusion("fault x phase", "one fault of a kind is drawn, and kills each node once") { fault, phase in
            fault == Crash.name && [NodePhase.killed, .silent].contains { $0.rawValue == phase }
        },
        PointExclusion("fault x phase", "one fault of a kind is drawn, and stops each node once") { fault, phase in
            fault == Pause.name && phase == NodePhase.paused.rawValue
        },
        PointExclusion("fault x phase", "whoever waits for its disk to take a trace has a full one") { fault, phase in
            fault == FullDisk.name && phase == NodePhase.writing.rawValue
        },
    ]
}
