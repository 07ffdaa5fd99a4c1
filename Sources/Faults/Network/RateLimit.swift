// Rate limit: each direction of a link carries so many bytes a second.
import Kernels
import Registry

/// Each link, in each direction, carries so many bytes a second; what waits for more than a second is lost, as a
/// sender's queue keeps no more than the newest.
public struct RateLimit: NetworkFault {
    public static let name = "rateLimit"
    public static let summary = "Lets each link carry only so many bytes a second."
    public static let parameters = [
        Parameter.count("bytesPerSecond", 100...1_000_000_000, default: 100_000, "what a link carries each way")
    ]

    private static let longestQueue: Nanoseconds = .milliseconds(1000)

    private struct Direction: Hashable {
        let sender: NodeID
        let receiver: NodeID
    }

    private let nanosecondsPerByte: Double
    /// When a direction has carried all that was put on it. It is only looked up, so its order is of no consequence.
    private var freeAt: [Direction: Instant] = [:]

    public init(_ parameters: ParameterValues) {
        nanosecondsPerByte = 1e9 / parameters.number("bytesPerSecond")
    }

    public mutating func strike(_ transmission: inout Transmission, at moment: FaultMoment, random: inout RandomStream)
    {
        let direction = Direction(sender: transmission.sender, receiver: transmission.receiver)
        let start = max(moment.now, freeAt[direction] ?? moment.now)
        guard start - moment.now <= Self.longestQueue else {
            transmission.isLost = true
            return
        }
        let end = start + Nanoseconds(nanosecondsPerByte * Double(transmission.bytes))
        freeAt[direction] = end
        transmission.delay += end - moment.now
    }
}
