// Quotas, what others may take of a node: who goes where strangers are too many, and who is waited for how long.
import Kernels
import Testing
import Wire

@Suite("Quotas")
struct QuotaTests {
    private static func strangers(_ count: Int, host: Int, hasGreeted: Bool = false) -> [(host: Int, hasGreeted: Bool)]
    {
        [(host: Int, hasGreeted: Bool)](repeating: (host, hasGreeted), count: count)
    }

    @Test("where a host sends too many strangers, its oldest silent one goes, and never the newest")
    func host() {
        let quota = StrangerQuota(expected: 2)
        let others = Self.strangers(5, host: 0)
        #expect(quota.leaver(among: others + Self.strangers(10, host: 1)) == nil)
        #expect(quota.leaver(among: others + Self.strangers(11, host: 1)) == 5)
        let greeted = Self.strangers(4, host: 1, hasGreeted: true)
        #expect(quota.leaver(among: others + greeted + Self.strangers(7, host: 1)) == 9)
        // Nothing but greetings that lead to nothing: the oldest has had its time.
        #expect(quota.leaver(among: Self.strangers(11, host: 1, hasGreeted: true)) == 0)
        #expect(quota.leaver(among: Self.strangers(10, host: 1, hasGreeted: true) + Self.strangers(1, host: 1)) == 0)
    }

    @Test("many hosts together have room for no more than so many strangers")
    func hosts() {
        let quota = StrangerQuota(expected: 2)
        let many = (0..<67).map { (host: $0, hasGreeted: $0 == 0) }
        #expect(quota.leaver(among: Array(many.prefix(66))) == nil)
        #expect(quota.leaver(among: many) == 1)
    }

    @Test("strangers without end get an eighth of the time, in portions of a millisecond")
    func time() {
        var now = Instant(nanoseconds: 5)
        var time = TimeShare(at: now)
        let start = now
        var spent: Nanoseconds = 0
        var portions = 0
        while now - start < .milliseconds(10_000) {
            if time.dueAt <= now {
                let begun = now
                let end = time.begin(at: now)
                #expect(end - now <= .milliseconds(1))
                while now < end { now = now + 3_000 }
                time.end(at: now)
                spent += now - begun
                portions += 1
                #expect(time.dueAt >= now + .milliseconds(2))
            }
            now = now + 20_000
        }
        #expect(spent < .milliseconds(10_000 / 8 + 2) && spent > .milliseconds(1_000))
        #expect(portions > 1_000)
    }

    @Test("a portion in which the process stood still costs strangers nine milliseconds at most")
    func interruption() {
        var time = TimeShare(at: Instant(nanoseconds: 0))
        _ = time.begin(at: Instant(nanoseconds: 0))
        let end = Instant(nanoseconds: .milliseconds(500))
        time.end(at: end)
        #expect(time.dueAt - end == .milliseconds(8))
    }

    @Test("refusals are told of by reason, once")
    func tally() {
        var tally = RefusalTally()
        for count in 0..<1_000 { tally.add(count % 4 == 0 ? .badMagic : .badCheck) }
        let told = tally.take()
        #expect(told.map(\.reason) == [.badMagic, .badCheck] && told.map(\.count) == [250, 750])
        #expect(tally.take().isEmpty)
    }

    @Test("who may take the place of a neighbour's connection: its later self, and others only when it is silent")
    func succession() {
        let heard = Instant(nanoseconds: .milliseconds(10))
        func refusal(_ incarnation: UInt64, isProven: Bool, after: Nanoseconds, isDoubted: Bool = false) -> Rejection? {
            let open = OpenConnection(incarnation: 5, lastHeardAt: heard, isDoubted: isDoubted)
            do throws(Rejection) {
                try open.yieldPlace(forIncarnation: incarnation, isProven: isProven, at: heard + after)
                return nil
            } catch { return error }
        }
        for after in [0, OpenConnection.tenure] {
            #expect(refusal(5, isProven: true, after: after) == nil && refusal(6, isProven: true, after: after) == nil)
            #expect(refusal(4, isProven: true, after: after) == .pastIncarnation)
        }
        #expect(refusal(6, isProven: false, after: OpenConnection.tenure - 1) == .placeTaken)
        #expect(refusal(5, isProven: false, after: OpenConnection.tenure) == nil)
        #expect(refusal(6, isProven: false, after: 0, isDoubted: true) == nil)
    }

    @Test("a peer that never becomes a neighbour is waited for no longer than patience; one that has, without end")
    func patience() throws {
        var quota = ConnectionQuota(
            Limits(.model(3)), patience: .milliseconds(1_000), at: Instant(nanoseconds: 0))
        let late = Instant(nanoseconds: .milliseconds(1_000))
        #expect(throws: Rejection.tooSlow) { try quota.check(at: late) }
        quota.received(bytes: 120, messages: 1, isOpen: true, isInsideFrame: false, at: Instant(nanoseconds: 5))
        #expect(quota.dueAt == nil)
        let patient = ConnectionQuota(
            Limits(.model(3)), patience: .milliseconds(60_000), at: Instant(nanoseconds: 0))
        #expect(patient.dueAt == Instant(nanoseconds: .milliseconds(2_000)))
        try quota.check(at: late)
        let known = ConnectionQuota(
            Limits(.model(3)), patience: .milliseconds(1_000), handshake: .milliseconds(100),
            at: Instant(nanoseconds: 0))
        #expect(known.dueAt == Instant(nanoseconds: .milliseconds(100)))
    }

    private static func now(_ milliseconds: Int) -> Instant {
        Instant(nanoseconds: .milliseconds(milliseconds))
    }

    @Test("a neighbour that keeps pace with this node is never behind its share, however fast both are")
    func pace() {
        var quota = ConnectionQuota(Limits(.model(650)), patience: .milliseconds(5_000), at: Self.now(0))
        for round in 0..<100_000 {
            let now = Instant(nanoseconds: Nanoseconds(round) * 10_000)
            quota.sentModel(bytes: 2_636)
            quota.received(bytes: 2_636, messages: 1, isOpen: true, isInsideFrame: false, at: now)
            #expect(!quota.isSpent(at: now))
        }
    }

    @Test("one that sends more waits until time has passed, at most a second; seals cost it four times as much")
    func share() {
        let limits = Limits(.model(650))
        for (isSealed, bytes) in [(false, 65 << 20), (true, 65 << 18)] {
            var quota = ConnectionQuota(limits, patience: .milliseconds(5_000), isSealed: isSealed, at: Self.now(0))
            quota.received(bytes: bytes / 2, messages: 0, isOpen: true, isInsideFrame: false, at: Self.now(0))
            #expect(!quota.isSpent(at: Self.now(0)))
            quota.received(bytes: bytes / 2, messages: 0, isOpen: true, isInsideFrame: false, at: Self.now(0))
            #expect(quota.isSpent(at: Self.now(0)) && !quota.isSpent(at: Self.now(20)))
            quota.received(bytes: 1 << 40, messages: 0, isOpen: true, isInsideFrame: false, at: Self.now(20))
            #expect(quota.isSpent(at: Self.now(1_000)) && !quota.isSpent(at: Self.now(1_020)))
        }
    }

    @Test("messages cost more than their bytes")
    func messages() {
        var quota = ConnectionQuota(Limits(.model(650)), patience: .milliseconds(5_000), at: Self.now(0))
        quota.received(bytes: 36 * 5_000, messages: 5_000, isOpen: true, isInsideFrame: false, at: Self.now(0))
        #expect(quota.isSpent(at: Self.now(0)))
    }

    @Test("who is heard together with others does not wake the node by itself for two milliseconds more")
    func drowsiness() {
        var time = TimeShare(at: Self.now(5))
        let end = time.begin(at: Self.now(5))
        #expect(end == Self.now(6))
        time.end(at: Self.now(5))
        #expect(time.dueAt == Self.now(7) && time.wakesAt == Self.now(9))
    }
}
