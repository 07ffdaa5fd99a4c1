// Swizzle-clog: links stop one after the other and come free in another order, the schedule that finds protocol bugs
// fastest in the experience of FoundationDB's testers.
import Kernels
import Registry

/// Each struck node's links are clogged from a round of its own in the first half of the fault to one in the second.
/// What is clogged is held, not lost.
public struct SwizzleClog: NetworkFault {
    public static let name = "swizzleClog"
    public static let aliases = ["swizzle"]
    public static let summary = "Clogs the links of nodes one after the other, and frees them in another order."
    public static let usualShare = 0.5

    private var clogged: [Range<Int>]

    public init(_ parameters: ParameterValues) { clogged = [] }

    public mutating func prepare(for scope: FaultScope) {
        clogged = [Range<Int>](repeating: 0..<0, count: scope.nodeCount)
        var random = scope.random
        let half = (scope.rounds.count + 1) / 2
        for node in scope.nodes {
            let from = scope.rounds.lowerBound + random.below(max(1, half))
            let until = scope.rounds.lowerBound + half + random.below(max(1, scope.rounds.count - half))
            clogged[node.index] = from..<max(from, until)
        }
    }

    public func strike(_ transmission: inout Transmission, at moment: FaultMoment, random: inout RandomStream) {
        let ends = [transmission.sender, transmission.receiver]
        if ends.contains(where: { clogged[$0.index].contains(moment.round) }) { transmission.isHeld = true }
    }
}
