// Clock jump: a node's clock leaps ahead.
import Kernels
import Registry

/// The clocks of struck nodes leap when the fault begins, forward or back, and stay so.
public struct ClockJump: NodeFault {
    public static let name = "clockJump"
    public static let summary = "Lets the clocks of nodes leap when it begins."
    public static let parameters = [
        Parameter.count("milliseconds", -3_600_000...3_600_000, default: 10_000, "forward, or back if negative")
    ]

    public let kind: NodeFaultKind

    public init(_ parameters: ParameterValues) {
        kind = .clockJump(.milliseconds(parameters.count("milliseconds")))
    }
}
