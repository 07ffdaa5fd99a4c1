// Rejection: why something that a peer sent was not used. A rejection is ordinary input: counted, never thrown past the
// node.

/// One reason for refusing what a peer sent; the raw value is its name in records.
public enum Rejection: String, Error, Sendable, CaseIterable {
    // Found by whoever counts, before anything is read.
    case tooManyConnections, tooSlow
    /// More than a neighbour's share: nothing is thrown away, but it is heard after the others.
    case flood
    /// Another connection of the neighbour stands: of a later process, or alive where nobody proves anything.
    case pastIncarnation, placeTaken
    // Found in the bytes, before a peer is known.
    case badMagic, unsupportedVersion, unknownKind, badLength, badCheck, malformedPayload
    // Found in the handshake.
    case handshakeExpected, unexpectedHandshake, otherExperiment, otherRun, otherChannels, unknownSender
    /// One side has a key for the edge, the other none; or its key is another one, perhaps that of another edge.
    case noKey, unexpectedKey, wrongKey, otherEdgesKey
    // Found where frames are sealed: whoever sent this did not have the session's key.
    case notSealed, badSeal
    // Found on an open link.
    case wrongSender, replayedSequence
    // Found by admission: the sender is known and means it.
    case wrongDimension, notFinite, roundOutOfRange, duplicateRound, notANeighbour
    /// Found when the round closes: no node that does what it is to comes to such a message.
    case implausible

    /// The sender provably broke the rules with a well-formed message: its weight leaves the budget for the round.
    public var isProvenOffence: Bool {
        switch self {
        case .wrongDimension, .notFinite, .implausible: true
        default: false
        }
    }
}
