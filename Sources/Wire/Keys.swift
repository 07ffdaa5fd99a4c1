// Keys: the secrets of a node's edges, and the session keys made of them. Nothing here is ever printed.
import Cryptography
import Kernels

/// A secret that the two ends of one edge share with nobody else.
public struct EdgeKey: Sendable, Equatable {
    public static let byteCount = 32
    static let fingerprintBytes = 8

    /// The secret itself, for key files and nothing else.
    public let bytes: [UInt8]
    /// Tells keys from each other without telling anything of them; never all zeros.
    let fingerprint: [UInt8]
    /// Marks hellos as the words of one who has the secret.
    let marking: SipHash.Key

    /// - Parameter bytes: 32 bytes that nobody can predict.
    public init(_ bytes: [UInt8]) {
        precondition(bytes.count == EdgeKey.byteCount, "a key has 32 bytes")
        self.bytes = bytes
        let derived = HKDF.derive(EdgeKey.fingerprintBytes, from: bytes, info: Array("gossipnode fingerprint".utf8))
        fingerprint = [derived[0] | 1] + derived.dropFirst()
        marking = SipHash.Key(
            HKDF.derive(SipHash.Key.byteCount, from: bytes, info: Array("gossipnode hello 2".utf8)))
    }

    public static func == (a: EdgeKey, b: EdgeKey) -> Bool { equalInConstantTime(a.bytes, b.bytes) }
}

extension EdgeKey: CustomStringConvertible, CustomReflectable {
    public var description: String { "a secret" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The keys of one node: one for each of its edges.
public struct KeyRing: Sendable, Equatable {
    private let neighbours: [NodeID]
    private let keys: [EdgeKey]

    /// - Parameter keys: each with the neighbour at the other end of its edge.
    public init(_ keys: [(neighbour: NodeID, key: EdgeKey)]) {
        neighbours = keys.map(\.neighbour)
        self.keys = keys.map(\.key)
    }

    /// The key of the edge to `neighbour`.
    public subscript(neighbour: NodeID) -> EdgeKey? { neighbours.firstIndex(of: neighbour).map { keys[$0] } }

    func contains(fingerprint: [UInt8]) -> Bool { keys.contains { $0.fingerprint == fingerprint } }
}

/// What makes one connection its own: the node's keys, if it has any, and bytes that were never used before.
public struct LinkSecrets: Sendable {
    public static let challengeBytes = 32

    public let keys: KeyRing?
    let challenge: [UInt8]

    /// - Parameter challenge: 32 bytes, unpredictable, for this connection alone: old frames do not fit the keys that
    ///   are made from it.
    public init(keys: KeyRing?, challenge: [UInt8]) {
        precondition(challenge.count == LinkSecrets.challengeBytes, "a challenge has 32 bytes")
        self.keys = keys
        self.challenge = challenge
    }
}

/// What both ends of one connection know after their hellos, and nobody who has not seen these.
struct Session: Sendable {
    /// Where the edge has no key, the checks of datagrams begin with it.
    let number: UInt64
    let keys: SessionKeys?

    /// - Parameters:
    ///   - key: of the edge, if it has one.
    ///   - dialler: who dialled, and the hello that it sent.
    ///   - accepter: who was dialled, and the hello that it answered.
    ///   - isDialler: which of the two this node is.
    init(
        _ key: EdgeKey?, dialler: (node: NodeID, hello: Hello), accepter: (node: NodeID, hello: Hello),
        isDialler: Bool
    ) {
        var transcript: [UInt8] = []
        for (node, hello) in [dialler, accepter] {
            transcript.append(littleEndian: UInt32(truncatingIfNeeded: node.index))
            transcript += hello.encoded
        }
        number = XXH64.hash(transcript)
        keys = key.map { SessionKeys($0, transcript: transcript, isDialler: isDialler) }
    }
}

/// The two keys of one connection, one for each direction.
struct SessionKeys: Sendable {
    let sealing: ChaCha20Poly1305
    let opening: ChaCha20Poly1305

    /// - Parameter transcript: both hellos, the dialler's first.
    fileprivate init(_ key: EdgeKey, transcript: [UInt8], isDialler: Bool) {
        let bytes = HKDF.derive(
            2 * ChaCha20Poly1305.keyBytes, from: key.bytes, salt: SHA256.hash(transcript),
            info: Array("gossipnode session 2".utf8))
        let ofDialler = ChaCha20Poly1305(key: Array(bytes.prefix(ChaCha20Poly1305.keyBytes)))
        let ofAccepter = ChaCha20Poly1305(key: Array(bytes.suffix(ChaCha20Poly1305.keyBytes)))
        sealing = isDialler ? ofDialler : ofAccepter
        opening = isDialler ? ofAccepter : ofDialler
    }
}
