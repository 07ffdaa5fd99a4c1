// Garbage: bytes that are no frame. It tests the links, not the rule.
import Kernels
import Registry

/// Sends random bytes in place of a frame: the receiver's link refuses and counts them, and ends where it cannot find
/// the next frame any more.
public struct Garbage: ModelAttack {
    public static let name = "garbage"
    public static let aliases = ["garbageBytes"]
    public static let summary = "Sends random bytes in place of a frame, which must be refused by the link."
    public static let forgesModels = false
    public static let parameters = [Parameter.count("bytes", 1...65_536, default: 64, "how many in a round")]

    private let count: Int

    public init(_ parameters: ParameterValues) { count = parameters.count("bytes") }

    public var needs: AttackNeeds { .draws }

    public func plan(seeing view: borrowing AttackView) {}

    public func forge(
        for victim: NodeID, by plan: Void, seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        .bytes((0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    }
}
