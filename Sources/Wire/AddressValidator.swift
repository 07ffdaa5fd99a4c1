// AddressValidator: judges datagrams of senders that have no connection yet, and remembers none of them. A sender
// proves by a cookie that it receives at the address that it claims (address validation, as in RFC 9000, section 8);
// before that it gets one, which is shorter than what it sent, and nothing else: no socket, no memory, no key.
import Cryptography
import Kernels

/// The stateless part of a handshake over datagrams.
public struct AddressValidator: Sendable {
    public enum Verdict: Sendable, Equatable {
        case refused(Rejection)
        /// A hello without a cookie that holds: this datagram is the answer.
        case asked(answer: [UInt8])
        /// A hello from where it says, of this neighbour or, without keys, of whoever poses as it.
        case admitted(NodeID, incarnation: UInt64)
    }

    /// A cookie holds in the slot of time in which it was made, and in the next.
    private static let slotLength: Nanoseconds = .milliseconds(8_000)
    private static let helloBytes = Frame.headerBytes + HelloPayload.encodedBytes

    private let handshake: Handshake
    private let secret: SipHash.Key

    /// - Parameters:
    ///   - diallers: the neighbours that may come.
    ///   - keys: of this node's edges, if they have any.
    ///   - secret: drawn once; cookies are worth nothing to whoever does not know it.
    public init(local: LinkIdentity, diallers: [NodeID], keys: KeyRing?, secret: SipHash.Key) {
        handshake = Handshake(
            local: local, expectation: .accepted(among: diallers),
            secrets: LinkSecrets(keys: keys, challenge: Hello.noChallenge))
        self.secret = secret
    }

    /// Judges one datagram, cheapest checks first.
    ///
    /// - Parameter source: the address that it came from, in whatever bytes tell one address and port from another.
    public func judge(_ datagram: Span<UInt8>, from source: [UInt8], at now: Instant) -> Verdict {
        do throws(Rejection) {
            let (frame, helloPayload) = try Self.read(datagram, limits: handshake.local.limits)
            let slot = now.nanoseconds / Self.slotLength
            let cookie = cookie(for: source, slot: slot)
            guard helloPayload.cookie == cookie || helloPayload.cookie == self.cookie(for: source, slot: slot - 1)
            else {
                guard helloPayload.hello.addressee == handshake.local.node else { throw .unknownSender }
                return .asked(answer: answer(cookie))
            }
            try handshake.judge(helloPayload, from: frame.sender)
            return .admitted(frame.sender, incarnation: helloPayload.hello.incarnation)
        } catch {
            return .refused(error)
        }
    }

    private static func read(
        _ datagram: Span<UInt8>, limits: Limits
    ) throws(Rejection) -> (Frame, HelloPayload) {
        guard datagram.count >= Frame.headerBytes else { throw .badLength }
        let fixed = Decoder.bytes(0..<Frame.fixedBytes, of: datagram)
        let frame = try Frame.decode(fixed, limits: limits)
        guard frame.kind == .hello, !frame.isSealed else { throw .handshakeExpected }
        guard datagram.count == helloBytes else { throw .badLength }
        let payload = Decoder.bytes(Frame.headerBytes..<datagram.count, of: datagram)
        let check = Frame.check(fixed, payloadDigest: XXH3.hash(payload))
        guard Decoder.word(at: Frame.fixedBytes, of: datagram) == check else { throw .badCheck }
        return (frame, HelloPayload(encoded: payload))
    }

    private func cookie(for source: [UInt8], slot: Int64) -> UInt64 {
        var bytes = source
        bytes.append(littleEndian: UInt32(truncatingIfNeeded: handshake.local.node.index))
        bytes.append(littleEndian: UInt64(bitPattern: slot))
        return SipHash.hash(bytes, key: secret)
    }

    private func answer(_ cookie: UInt64) -> [UInt8] {
        var payload: [UInt8] = []
        payload.append(littleEndian: cookie)
        return OutgoingFrame(
            kind: .cookie, sender: handshake.local.node, round: Round(0), sequence: 0, payload: payload
        ).bytes
    }
}
