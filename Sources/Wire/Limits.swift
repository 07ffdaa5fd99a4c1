// Limits: the bounds on what a peer may send.

/// Bounds on frames, from what the experiment needs.
public struct Limits: Sendable, Equatable {
    /// What a message holds.
    public let channels: ChannelLayout
    /// Models that wait for one peer at most; the oldest give way.
    public let backlog: Int

    /// The most elements with which a message fits a frame's 32-bit length.
    public static let mostElements = Int(UInt32.max) / MemoryLayout<Float>.size

    public init(_ channels: ChannelLayout, backlog: Int = 1) {
        precondition(channels.elementCount <= Limits.mostElements, "a message fits one frame")
        precondition(backlog > 0, "the newest model waits in any case")
        self.channels = channels
        self.backlog = backlog
    }

    /// The payload lengths that a frame of this kind may have; most have but one.
    public func payloadBytes(of kind: Frame.Kind) -> ClosedRange<Int> {
        switch kind {
        case .hello: HelloPayload.encodedBytes...HelloPayload.encodedBytes
        case .model: Self.bytes(channels.elementCount)
        case .state: Self.bytes(channels.first.elements)
        case .waiting, .stateRequest, .proof: 0...0
        case .bye: 1...1
        case .cookie: 8...8
        case .fragment: Fragment.prefixBytes...Fragment.prefixBytes + Fragment.mostBytes
        }
    }

    private static func bytes(_ elements: Int) -> ClosedRange<Int> {
        elements * MemoryLayout<Float>.size...elements * MemoryLayout<Float>.size
    }
}
