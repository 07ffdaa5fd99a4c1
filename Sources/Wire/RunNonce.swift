// RunNonce: which run of an experiment this is. It decides who talks to whom, and nothing else: no model and no random
// stream.
import Cryptography
import Kernels

/// 128 bits that all nodes of one run have in common and no other run has.
public struct RunNonce: Sendable, Hashable, CustomStringConvertible {
    public static let byteCount = 16
    /// Of nodes that were told nothing: they take every other such node of their experiment for one of their run.
    public static let none = RunNonce([UInt8](repeating: 0, count: byteCount))

    /// What messages say that its text must be.
    public static let expected = "32 hexadecimal digits in lower case"

    public let bytes: [UInt8]

    /// - Parameter bytes: 16 of them, different for each run.
    public init(_ bytes: [UInt8]) {
        precondition(bytes.count == RunNonce.byteCount, "a nonce has 16 bytes")
        self.bytes = bytes
    }

    /// Reads what `description` wrote: 32 hexadecimal digits, in lower case.
    public init?(_ text: String) {
        guard let bytes = fromHexadecimal(text), bytes.count == RunNonce.byteCount else { return nil }
        self.bytes = bytes
    }

    /// The same for all who know this text, as the nodes that one launcher has started do.
    public init(hashing text: String) {
        bytes = Array(SHA256.hash(Array(text.utf8)).prefix(RunNonce.byteCount))
    }

    public var description: String { hexadecimal(bytes) }
}
