// Crash: a node is killed, and restarted when the fault ends.
import Registry

/// Struck nodes are killed without a word and, when the fault ends, restarted from what they left on disk.
public struct Crash: NodeFault {
    public static let name = "crash"
    public static let aliases = ["kill"]
    public static let summary = "Kills nodes without a word, and restarts them when it ends."

    public let kind = NodeFaultKind.crash

    public init(_ parameters: ParameterValues) {}
}
