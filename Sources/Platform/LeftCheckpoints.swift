// LeftCheckpoints: which checkpoints a node has left, by the names of their files, and what all nodes can go on from
// together.
import Scenario

/// The checkpoints in a node's folder.
public struct LeftCheckpoints: Sendable, Equatable {
    /// Of every so many rounds, ascending.
    public let rounds: [Int]
    /// Of stops, the newest last.
    public let stops: [StopName]
    /// Whether the node has come to the end, and need not go on.
    let isDone: Bool

    public init(rounds: [Int], stops: [StopName], isDone: Bool = false) {
        self.rounds = rounds.sorted()
        self.stops = stops.sorted { ($0.number, $0.rounds) < ($1.number, $1.rounds) }
        self.isDone = isDone
    }

    public init(in folder: NodeDirectory, isDone: Bool = false) {
        let names = (try? Files.names(in: folder.path)) ?? []
        self.init(
            rounds: names.compactMap(NodeDirectory.rounds(ofCheckpoint:)),
            stops: names.compactMap(NodeDirectory.stop(ofCheckpoint:)), isDone: isDone)
    }

    /// What all nodes can start from together, the furthest first: a round of which each has a checkpoint, or a stop
    /// at which each has left one. While some have started and others have not, all find the same: a node that has
    /// not started has nothing newer than its stop, so that no common round is beyond the furthest of them.
    public static func commonStarts(of nodes: [LeftCheckpoints]) -> [NodeShell.Start] {
        func common<Key: Hashable>(_ keys: [Set<Key>]) -> Set<Key> {
            keys.dropFirst().reduce(keys.first ?? []) { $0.intersection($1) }
        }
        let rounds = common(nodes.map { Set($0.rounds) })
        let stopping = nodes.filter { !$0.isDone || !$0.stops.isEmpty }
        let stops = common(stopping.map { Set($0.stops.map(\.number)) })
        var starts = rounds.map { (round: $0, stop: 0, start: NodeShell.Start.resume($0)) }
        for stop in stops {
            let furthest = stopping.compactMap { $0.stops.last { $0.number == stop }?.rounds }.max() ?? 0
            starts.append((furthest, stop, .resumeStop(stop)))
        }
        return starts.sorted { ($0.round, $0.stop) > ($1.round, $1.stop) }.map(\.start)
    }
}
