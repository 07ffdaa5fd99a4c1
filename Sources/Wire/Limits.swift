// Limits: the bounds on what a peer may send.

/// Bounds on frames, from what the experiment needs.
public struct Limits: Sendable, Equatable {
    /// Elements of a model.
    public let dimension: Int
    /// Models that wait for one peer at most; the oldest give way.
    public let backlog: Int

    /// The largest dimension whose model fits a frame's 32-bit length.
    public static let largestDimension = Int(UInt32.max) / 4

    public init(dimension: Int, backlog: Int = 1) {
        precondition((0...Limits.largestDimension).contains(dimension), "a model fits one frame")
        precondition(backlog > 0, "the newest model waits in any case")
        self.dimension = dimension
        self.backlog = backlog
    }

    /// The payload lengths that a frame of this kind may have; most have but one.
    public func payloadBytes(of kind: Frame.Kind) -> ClosedRange<Int> {
        switch kind {
        case .hello: HelloPayload.encodedBytes...HelloPayload.encodedBytes
        case .model, .state: dimension * MemoryLayout<Float>.size...dimension * MemoryLayout<Float>.size
        case .waiting, .stateRequest, .proof: 0...0
        case .bye: 1...1
        case .cookie: 8...8
        case .fragment: Fragment.prefixBytes...Fragment.prefixBytes + Fragment.mostBytes
        }
    }
}
