// Handshake: how two nodes open a connection, over streams and datagrams alike: who says hello to whom, and what
// follows from it. Without keys a hello is believed; with keys it leads to session keys that only the true neighbour
// can have as well.
import Kernels

/// What a node says of itself on every link.
public struct LinkIdentity: Sendable, Equatable {
    /// SHA-256 identity of the experiment.
    public let experiment: [UInt8]
    public let run: RunNonce
    public let node: NodeID
    public let incarnation: UInt64
    public let limits: Limits

    public init(experiment: [UInt8], run: RunNonce, node: NodeID, incarnation: UInt64, limits: Limits) {
        self.experiment = experiment
        self.run = run
        self.node = node
        self.incarnation = incarnation
        self.limits = limits
    }
}

/// One end of a handshake.
struct Handshake: Sendable {
    let local: LinkIdentity
    let expectation: Link.Expectation
    /// `nil`: nothing makes this connection different from another.
    let secrets: LinkSecrets?

    /// What this node says to `node` on this connection, each time it says it.
    func hello(to node: NodeID) -> Hello {
        Hello(
            identity: local.experiment, run: local.run, channels: local.limits.channels.digest, addressee: node,
            incarnation: local.incarnation, fingerprint: secrets?.keys?[node]?.fingerprint ?? Hello.noFingerprint,
            challenge: secrets?.challenge ?? Hello.noChallenge)
    }

    /// The hello with what comes with it.
    func helloPayload(to node: NodeID, cookie: UInt64 = 0) -> HelloPayload {
        HelloPayload(hello(to: node), from: local.node, cookie: cookie, key: secrets?.keys?[node])
    }

    /// Judges the peer's greeting, cheapest checks first; nothing is derived yet.
    func judge(_ helloPayload: HelloPayload, from sender: NodeID) throws(Rejection) {
        let hello = helloPayload.hello
        guard hello.identity == local.experiment else { throw .otherExperiment }
        guard hello.run == local.run else { throw .otherRun }
        guard hello.channels == local.limits.channels.digest else { throw .otherChannels }
        switch expectation {
        case .dialled(let node): guard sender == node else { throw .unknownSender }
        case .accepted(let neighbours): guard neighbours.contains(sender) else { throw .unknownSender }
        }
        guard hello.addressee == local.node else { throw .unknownSender }
        guard let keys = secrets?.keys else {
            guard hello.fingerprint == Hello.noFingerprint, helloPayload.mark == 0 else { throw .unexpectedKey }
            return
        }
        guard hello.fingerprint != Hello.noFingerprint else { throw .noKey }
        guard let key = keys[sender], key.fingerprint == hello.fingerprint else {
            throw keys.contains(fingerprint: hello.fingerprint) ? .otherEdgesKey : .wrongKey
        }
        // A fingerprint can be read on the wire by anyone; the key is derived from for whoever has it.
        guard helloPayload.isMarked(by: key, sender: sender) else { throw .badSeal }
    }

    /// Takes a greeting that is found good.
    ///
    /// - Returns: what the peer has yet to prove that it knows.
    func accept(_ helloPayload: HelloPayload, from sender: NodeID) throws(Rejection) -> Session {
        try judge(helloPayload, from: sender)
        let own = (local.node, hello(to: sender))
        let peers = (sender, helloPayload.hello)
        let isDialler = if case .dialled = expectation { true } else { false }
        return Session(
            secrets?.keys?[sender], dialler: isDialler ? own : peers, accepter: isDialler ? peers : own,
            isDialler: isDialler)
    }
}
