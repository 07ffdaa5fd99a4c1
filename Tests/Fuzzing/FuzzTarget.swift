// FuzzTarget: a place where bytes of strangers come in, and what must hold whatever they are.

/// Reads bytes as the product reads them, and judges what came of it. That nothing traps goes without saying.
public struct FuzzTarget: Sendable {
    public let name: String
    public let summary: String
    /// Bytes that may be asked for at once beyond 64 KiB, for each byte of an input. On the wire it is one; a file is of
    /// the user's own, and its tree is larger than its text.
    public let allocationPerByte: Int
    /// Inputs to start from, most of which are well formed.
    public let seeds: @Sendable () throws -> [[UInt8]]
    /// What is wrong with how an input was read; `nil` if nothing is.
    public let violation: @Sendable (_ input: [UInt8]) -> String?

    public init(
        _ name: String, _ summary: String, allocationPerByte: Int = 1,
        seeds: @escaping @Sendable () throws -> [[UInt8]],
        violation: @escaping @Sendable (_ input: [UInt8]) -> String?
    ) {
        self.name = name
        self.summary = summary
        self.allocationPerByte = allocationPerByte
        self.seeds = seeds
        self.violation = violation
    }
}
