// What others may take of a node: who goes where strangers are too many, and who is waited for how long.
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

    @Test("a peer that never becomes a neighbour is waited for no longer than patience; one that has, without end")
    func patience() throws {
        var quota = ConnectionQuota(
            Limits(dimension: 3), patience: .milliseconds(1_000), at: Instant(nanoseconds: 0))
        let late = Instant(nanoseconds: .milliseconds(1_000))
        #expect(throws: Rejection.tooSlow) { try quota.check(at: late) }
        try quota.received(bytes: 120, messages: 1, isOpen: true, isInsideFrame: false, at: Instant(nanoseconds: 5))
        #expect(quota.dueAt == nil)
        let patient = ConnectionQuota(
            Limits(dimension: 3), patience: .milliseconds(60_000), at: Instant(nanoseconds: 0))
        #expect(patient.dueAt == Instant(nanoseconds: .milliseconds(2_000)))
        try quota.check(at: late)
    }
}
