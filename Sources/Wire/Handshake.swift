// How two nodes come to trust a connection, over whatever carries it: who says hello to whom, and what follows from it.
// Without keys a hello is believed; with keys it leads to session keys that only the true neighbour can have as well.
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
    /// `nil`: links of this node are not authenticated.
    let secrets: LinkSecrets?

    /// What this node says to `node` on this connection, each time it says it.
    func hello(to node: NodeID) -> Hello {
        Hello(
            identity: local.experiment, run: local.run, addressee: node, incarnation: local.incarnation,
            fingerprint: secrets?.keys[node]?.fingerprint ?? Hello.noFingerprint,
            challenge: secrets?.challenge ?? Hello.noChallenge)
    }

    /// Judges the peer's hello.
    ///
    /// - Returns: the keys of the connection, by which the peer has yet to prove itself; `nil` where it needs none.
    func accept(_ hello: Hello, from sender: NodeID) throws(Rejection) -> SessionKeys? {
        guard hello.identity == local.experiment else { throw .otherExperiment }
        guard hello.run == local.run else { throw .otherRun }
        let isDialler: Bool
        switch expectation {
        case .dialled(let node):
            guard sender == node else { throw .unknownSender }
            isDialler = true
        case .accepted(let neighbours):
            guard neighbours.contains(sender) else { throw .unknownSender }
            isDialler = false
        }
        guard hello.addressee == local.node else { throw .unknownSender }
        guard let secrets else {
            guard hello.fingerprint == Hello.noFingerprint else { throw .unexpectedKey }
            return nil
        }
        guard hello.fingerprint != Hello.noFingerprint else { throw .noKey }
        guard let key = secrets.keys[sender], key.fingerprint == hello.fingerprint else {
            throw secrets.keys.contains(fingerprint: hello.fingerprint) ? .otherEdgesKey : .wrongKey
        }
        let own = (local.node, self.hello(to: sender))
        let peers = (sender, hello)
        return SessionKeys(
            key, dialler: isDialler ? own : peers, accepter: isDialler ? peers : own, isDialler: isDialler)
    }
}
