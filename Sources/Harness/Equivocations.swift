// Who told different neighbours different things, found by comparing what the neighbours wrote down: no node can see
// it alone.
import Kernels
import Metrics
import Platform
import Scenario

/// In which steps a node's honest neighbours mixed different messages of it. What they refused counts for nothing.
///
/// Takes memory for every message step of every node that anybody heard.
public struct Equivocations: Sendable {
    private struct Message: Hashable {
        let sender: NodeID
        let step: Round
    }

    /// What the first to tell had.
    private var digests: [Message: UInt64] = [:]
    private var torn: Set<Message> = []
    private let nodeCount: Int

    init(nodeCount: Int) { self.nodeCount = nodeCount }

    /// A line of an honest node's trace. On entry a node mixes no messages, but what neighbours had.
    mutating func add(_ line: TraceLine, of node: NodeID) {
        guard line.checkpoint == nil else { return }
        for input in line.inputs where input.sender != node {
            let message = Message(sender: input.sender, step: input.round)
            let first = digests.updateValue(input.digest, forKey: message) ?? input.digest
            if first != input.digest { torn.insert(message) }
        }
    }

    /// Of each node, by index, the steps in which it equivocated.
    var steps: [Int] {
        torn.reduce(into: [Int](repeating: 0, count: nodeCount)) { $0[$1.sender.index] += 1 }
    }
}

extension Equivocations {
    /// From the traces of a run that is over; `nil` where the experiment does not ask for it, and where an honest
    /// node's trace is not there, broken, or kept in part only: nobody can tell then. Half a record at its end does not
    /// matter.
    init?(_ assembly: Assembly, in directory: RunDirectory) {
        self.init(askedBy: assembly)
        for node in assembly.honest {
            guard let bytes = try? Files.read(directory.node(node).trace), let trace = try? TraceFile(bytes),
                trace.dropped == 0
            else { return nil }
            for line in trace.lines { add(line, of: node) }
        }
    }

    /// `nil` where the experiment does not.
    init?(askedBy assembly: Assembly) {
        guard assembly.experiment.measureAlso.contains(.equivocation) else { return nil }
        self.init(nodeCount: assembly.topology.nodeCount)
    }
}
