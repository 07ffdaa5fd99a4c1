// ChannelLayout: which vectors a message holds, and where. On the wire they are one, channel after channel: both ends
// have told each other in their hellos which these are, so that a message says nothing of them, and one of a single
// channel is that vector and nothing else.
import Kernels

/// One of the vectors that a message holds.
public struct Channel: Sendable, Equatable {
    public let name: String
    public let elements: Int

    public init(_ name: String, _ elements: Int) {
        precondition((1...255).contains(name.utf8.count) && elements >= 0, "a name, and no negative length")
        self.name = name
        self.elements = elements
    }
}

/// The vectors that a message holds, in order.
public struct ChannelLayout: Sendable, Equatable, CustomStringConvertible {
    public let channels: [Channel]
    /// Where in a message each of them is.
    public let ranges: [Range<Int>]
    /// XXH64 of the names and lengths, by which two ends know that they mean the same.
    public let digest: UInt64

    public init(_ channels: [Channel]) {
        precondition(!channels.isEmpty && Set(channels.map(\.name)).count == channels.count, "each has its own name")
        self.channels = channels
        var ranges: [Range<Int>] = []
        var bytes: [UInt8] = []
        for channel in channels {
            let start = ranges.last?.upperBound ?? 0
            ranges.append(start..<start + channel.elements)
            bytes.append(UInt8(channel.name.utf8.count))
            bytes += channel.name.utf8
            bytes.append(littleEndian: UInt32(channel.elements))
        }
        self.ranges = ranges
        digest = XXH64.hash(bytes)
    }

    /// Models alone.
    public static func model(_ dimension: Int) -> ChannelLayout { ChannelLayout([Channel("model", dimension)]) }

    public var count: Int { channels.count }

    /// Of all channels together.
    public var elementCount: Int { ranges[ranges.count - 1].upperBound }

    /// As long as the parameters, in every layout.
    public var first: Channel { channels[0] }

    /// `model of 7850, tracker of 7850`.
    public var description: String { channels.map { "\($0.name) of \($0.elements)" }.joined(separator: ", ") }
}
