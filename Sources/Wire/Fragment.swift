// Fragment: a part of a link's frames as a datagram carries it; frames are cut into fragments, which are numbered and
// acknowledged one by one.
import Kernels

/// What every fragment says before its bytes; an empty one says nothing else.
struct Fragment: Sendable, Equatable {
    static let prefixBytes = 32
    /// Sealed and with all headers this makes 1,436 bytes: they fit an Ethernet packet of IPv6 as well.
    static let mostBytes = 1_360
    /// No more fragments are ever on their way at once than an acknowledgement has bits.
    static let mostAtOnce = 128

    /// Counts the fragments of one connection and direction that have bytes, from 0; of no meaning in an empty one.
    let number: UInt64
    let acknowledgement: Acknowledgement

    /// Which fragments of the other direction have come.
    struct Acknowledgement: Sendable, Equatable {
        /// All before this one.
        let base: UInt64
        /// Bit i: fragment `base` + i; bit 0 is never set.
        let low: UInt64
        let high: UInt64

        func contains(_ number: UInt64) -> Bool {
            guard number >= base else { return true }
            let distance = number - base
            if distance < 64 { return low >> distance & 1 == 1 }
            return distance < UInt64(Fragment.mostAtOnce) && high >> (distance - 64) & 1 == 1
        }
    }

    init(number: UInt64, acknowledgement: Acknowledgement) {
        self.number = number
        self.acknowledgement = acknowledgement
    }

    /// - Parameter payload: at least 32 bytes.
    init(prefixOf payload: Span<UInt8>) {
        number = Decoder.word(at: 0, of: payload)
        acknowledgement = Acknowledgement(
            base: Decoder.word(at: 8, of: payload), low: Decoder.word(at: 16, of: payload),
            high: Decoder.word(at: 24, of: payload))
    }

    func append(to payload: inout [UInt8]) {
        for word in [number, acknowledgement.base, acknowledgement.low, acknowledgement.high] {
            payload.append(littleEndian: word)
        }
    }
}

/// What has come in: put in order, in bounded memory.
struct IncomingFragments: Sendable {
    enum Outcome { case next, early, repeated, unexpected }

    /// The fragment that is wanted next.
    private var base: UInt64 = 0
    /// Payloads of fragments that came too early, by number modulo their most.
    private var early: [[UInt8]?] = []
    private var earlyCount = 0

    var acknowledgement: Fragment.Acknowledgement {
        var words: (UInt64, UInt64) = (0, 0)
        if earlyCount > 0 {
            for distance in 1..<UInt64(Fragment.mostAtOnce) where early[slot(of: base + distance)] != nil {
                if distance < 64 { words.0 |= 1 << distance } else { words.1 |= 1 << (distance - 64) }
            }
        }
        return Fragment.Acknowledgement(base: base, low: words.0, high: words.1)
    }

    var hasGaps: Bool { earlyCount > 0 }

    /// Where a fragment belongs; one that came early is kept.
    mutating func take(_ number: UInt64, payload: Span<UInt8>) -> Outcome {
        if number == base { return .next }
        if number < base { return .repeated }
        guard number - base < UInt64(Fragment.mostAtOnce) else { return .unexpected }
        if early.isEmpty { early = [[UInt8]?](repeating: nil, count: Fragment.mostAtOnce) }
        guard early[slot(of: number)] == nil else { return .repeated }
        early[slot(of: number)] = Decoder.bytes(payload.indices, of: payload)
        earlyCount += 1
        return .early
    }

    /// The fragment that was wanted next has been used; returns the one after it, if it is here already.
    mutating func advance() -> [UInt8]? {
        base += 1
        guard earlyCount > 0, let payload = early[slot(of: base)] else { return nil }
        early[slot(of: base)] = nil
        earlyCount -= 1
        return payload
    }

    private func slot(of number: UInt64) -> Int { Int(number % UInt64(Fragment.mostAtOnce)) }
}
