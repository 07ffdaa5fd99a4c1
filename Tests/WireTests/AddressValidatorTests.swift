// Address validation: who is let in over datagrams, and that it costs nothing to turn others away.
import Cryptography
import Kernels
import Testing

@testable import Wire

@Suite("Address validation")
struct AddressValidatorTests {
    private static let here: [UInt8] = [2, 0, 0x9C, 0x41, 127, 0, 0, 1]
    private static let key = EdgeKey([UInt8](repeating: 3, count: 32))
    private static let start = Instant(nanoseconds: .milliseconds(1_000_000))

    private static func addressValidator(isKeyed: Bool, secret: UInt8 = 0) -> AddressValidator {
        AddressValidator(
            local: LinkTests.identity(1), diallers: [NodeID(0)], keys: isKeyed ? KeyRing([(NodeID(0), key)]) : nil,
            secret: SipHash.Key([UInt8](repeating: secret, count: 16)))
    }

    private static func hello(
        cookie: UInt64 = 0, key: EdgeKey?, marked: EdgeKey? = nil, sender: Int = 0, addressee: Int = 1,
        channels: Int = 3
    ) -> [UInt8] {
        let hello = Hello(
            identity: LinkTests.experiment, run: LinkTests.run, channels: ChannelLayout.model(channels).digest,
            addressee: NodeID(addressee), incarnation: 4, fingerprint: key?.fingerprint ?? Hello.noFingerprint)
        let helloPayload = HelloPayload(hello, from: NodeID(sender), cookie: cookie, key: marked ?? key)
        return OutgoingFrame(
            kind: .hello, sender: NodeID(sender), round: Round(0), sequence: 0, payload: helloPayload.encoded
        ).bytes
    }

    private static func cookie(_ verdict: AddressValidator.Verdict) -> UInt64? {
        guard case .asked(let answer) = verdict else { return nil }
        return answer.integer(at: answer.count - 8, as: UInt64.self)
    }

    @Test("a hello gets a cookie in a shorter answer, and with it is let in", arguments: [false, true])
    func admits(isKeyed: Bool) throws {
        let door = Self.addressValidator(isKeyed: isKeyed)
        let key = isKeyed ? Self.key : nil
        let first = Self.hello(key: key)
        let verdict = door.judge(first.span, from: Self.here, at: Self.start)
        guard case .asked(let answer) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(first.count == 160 && answer.count == 44)
        let cookie = try #require(Self.cookie(verdict))
        let second = Self.hello(cookie: cookie, key: key)
        let admitted = AddressValidator.Verdict.admitted(NodeID(0), incarnation: 4)
        #expect(door.judge(second.span, from: Self.here, at: Self.start) == admitted)
        // It is of use here, now, and from there alone.
        #expect(door.judge(second.span, from: Self.here, at: Self.start + .milliseconds(8_000)) == admitted)
        let late = door.judge(second.span, from: Self.here, at: Self.start + .milliseconds(16_000))
        #expect(Self.cookie(late) ?? cookie != cookie)
        for index in Self.here.indices {
            var elsewhere = Self.here
            elsewhere[index] ^= 1
            #expect(Self.cookie(door.judge(second.span, from: elsewhere, at: Self.start)) ?? cookie != cookie)
        }
        let other = Self.addressValidator(isKeyed: isKeyed, secret: 1)
        #expect(Self.cookie(other.judge(second.span, from: Self.here, at: Self.start)) ?? cookie != cookie)
    }

    @Test("whoever is at the right place and does not have the key is refused by name")
    func refuses() throws {
        let door = Self.addressValidator(isKeyed: true)
        let other = EdgeKey([UInt8](repeating: 4, count: 32))
        let asked = door.judge(Self.hello(key: nil).span, from: Self.here, at: Self.start)
        let cookie = try #require(Self.cookie(asked))
        func verdict(_ bytes: [UInt8]) -> AddressValidator.Verdict {
            door.judge(bytes.span, from: Self.here, at: Self.start)
        }
        #expect(verdict(Self.hello(cookie: cookie, key: Self.key, marked: other)) == .refused(.badSeal))
        #expect(verdict(Self.hello(cookie: cookie, key: other)) == .refused(.wrongKey))
        #expect(verdict(Self.hello(cookie: cookie, key: nil)) == .refused(.noKey))
        #expect(verdict(Self.hello(cookie: cookie, key: Self.key, sender: 5)) == .refused(.unknownSender))
        #expect(verdict(Self.hello(key: Self.key, addressee: 2)) == .refused(.unknownSender))
        #expect(verdict(Self.hello(cookie: cookie, key: Self.key, channels: 4)) == .refused(.otherChannels))
        // The mark covers the cookie: one that was recorded elsewhere does not do.
        var replaced = Self.hello(key: Self.key)
        replaced.replaceSubrange(144..<152, with: (0..<8).map { UInt8(truncatingIfNeeded: cookie >> (8 * $0)) })
        let header = Array(replaced.prefix(28))
        let check = Frame.check(header, payloadDigest: XXH3.hash(Array(replaced[36...])))
        replaced.replaceSubrange(28..<36, with: (0..<8).map { UInt8(truncatingIfNeeded: check >> (8 * $0)) })
        #expect(verdict(replaced) == .refused(.badSeal))
    }

    @Test("anything but one whole hello gets no answer", arguments: 0..<20)
    func garbage(seed: Int) {
        var random = RandomStream(seed: UInt64(seed), purpose: .faults)
        let door = Self.addressValidator(isKeyed: seed % 2 == 0)
        let hello = Self.hello(key: Self.key)
        for _ in 0..<50 {
            var bytes = hello
            switch random.below(4) {
            case 0: bytes.removeLast(1 + random.below(bytes.count))
            case 1: bytes[random.below(bytes.count)] ^= UInt8(1 + random.below(255))
            case 2: bytes += hello.prefix(1 + random.below(200))
            default: bytes = (0..<random.below(3_000)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            }
            guard case .refused = door.judge(bytes.span, from: Self.here, at: Self.start) else {
                Issue.record("\(bytes)")
                return
            }
        }
        let proof = OutgoingFrame(kind: .proof, sender: NodeID(0), round: Round(0), sequence: 0, payload: []).bytes
        #expect(door.judge(proof.span, from: Self.here, at: Self.start) == .refused(.handshakeExpected))
    }
}
