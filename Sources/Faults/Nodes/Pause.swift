// Pause: a node stands still until the fault ends: a stopped process, a long collection of garbage, a suspended
// machine.
import Registry

/// Struck nodes do nothing until the fault ends; what is sent to them waits.
public struct Pause: NodeFault {
    public static let name = "pause"
    public static let aliases = ["stop"]
    public static let summary = "Lets nodes stand still until it ends."

    public let kind = NodeFaultKind.pause

    public init(_ parameters: ParameterValues) {}
}
