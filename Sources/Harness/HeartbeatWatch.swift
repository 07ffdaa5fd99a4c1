// HeartbeatWatch: finds nodes that hang, that is whose loop does not stir though nobody holds them. Whatever else takes
// long is no hang: a local step, a wait for others, a round. A value without clocks and files; whoever watches tells it
// what it sees.
import Kernels

struct HeartbeatWatch: Sendable {
    /// A node that stirs once a second and then not for so long hangs.
    static let longestSilence: Nanoseconds = .milliseconds(60_000)
    /// Until its loop begins a node reads its data, perhaps with hundreds of others on few processors.
    static let longestStart: Nanoseconds = .milliseconds(600_000)
    /// A watcher that has not looked for longer than this has stood still itself, and knows no more than this.
    private static let longestGap: Nanoseconds = .milliseconds(2_000)

    private var lookedAt: Instant
    private var beats: UInt64?
    /// A fault plan holds it.
    private(set) var isHeld = false
    private(set) var silence: Nanoseconds = 0

    init(at now: Instant) { lookedAt = now }

    /// - Parameter beats: what the node has told last; `nil` where nothing can be read.
    mutating func look(_ beats: UInt64?, at now: Instant) {
        silence += min(max(0, now - lookedAt), Self.longestGap)
        lookedAt = now
        if isHeld { silence = 0 }
        guard let beats, beats != self.beats else { return }
        self.beats = beats
        silence = 0
    }

    mutating func hold() {
        isHeld = true
        silence = 0
    }

    mutating func letGo() {
        isHeld = false
        silence = 0
    }

    /// - Parameter longest: silence of a node that has stirred before.
    func isHung(longest: Nanoseconds = longestSilence) -> Bool {
        silence > (beats == nil ? Self.longestStart / Self.longestSilence * longest : longest)
    }
}
