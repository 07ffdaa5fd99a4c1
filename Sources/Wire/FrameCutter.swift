// FrameCutter: cuts a stream of bytes into frames for whoever carries it between two nodes. It reads headers and
// believes them; what frames hold, and whether it is true, is the nodes' business.

/// The frames of one direction of a stream, as they came.
public struct FrameCutter: Sendable {
    public let limits: Limits
    private var bytes: [UInt8] = []
    /// Of the first byte that was not handed out.
    private var start = 0
    /// What came was no frame: behind it nobody finds the beginning of one.
    private var isAstray = false

    /// - Parameter limits: of the experiment whose frames these are.
    public init(limits: Limits) { self.limits = limits }

    /// Bytes that wait for the rest of their frame, or to be taken.
    public var byteCount: Int { bytes.count - start }

    public mutating func append(_ more: ArraySlice<UInt8>) {
        if start > 0 {
            bytes.removeSubrange(..<start)
            start = 0
        }
        bytes += more
    }

    /// The next whole frame, or all that there is from the first byte on that begins none.
    public mutating func next() -> [UInt8]? {
        guard !isAstray else { return rest() }
        guard byteCount >= Frame.fixedBytes else { return nil }
        let head = Array(bytes[start..<start + Frame.fixedBytes])
        guard let frame = try? Frame.decode(head, limits: limits) else {
            isAstray = true
            return rest()
        }
        let end = start + Frame.fixedBytes + frame.checkBytes + frame.payloadBytes
        guard end <= bytes.count else { return nil }
        defer { start = end }
        return Array(bytes[start..<end])
    }

    /// What is left when no more will come; `nil` for nothing.
    public mutating func rest() -> [UInt8]? {
        guard byteCount > 0 else { return nil }
        defer { start = bytes.count }
        return Array(bytes[start...])
    }
}
