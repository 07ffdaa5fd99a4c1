// ReplayWindow: which sequence numbers of datagrams have been seen, in whatever order they come.

/// The newest sequence number and the 4,096 up to it; what is older counts as seen.
struct ReplayWindow: Sendable {
    static let size: UInt64 = 4_096

    private var seen = [UInt64](repeating: 0, count: Int(size / 64))
    /// One more than the newest.
    private var end: UInt64 = 0

    func contains(_ sequence: UInt64) -> Bool {
        if sequence >= end { return false }
        if end - sequence > Self.size { return true }
        return seen[word(of: sequence)] & bit(of: sequence) != 0
    }

    /// Notes a number that the window does not contain, nor is the greatest there is.
    mutating func insert(_ sequence: UInt64) {
        if sequence >= end {
            // Numbers that enter the window with this one have not been seen.
            if sequence - end >= Self.size {
                for index in seen.indices { seen[index] = 0 }
            } else {
                for number in end...sequence { seen[word(of: number)] &= ~bit(of: number) }
            }
            end = sequence + 1
        }
        seen[word(of: sequence)] |= bit(of: sequence)
    }

    private func word(of sequence: UInt64) -> Int { Int(sequence % Self.size / 64) }
    private func bit(of sequence: UInt64) -> UInt64 { 1 << (sequence % 64) }
}
