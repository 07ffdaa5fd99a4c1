// The recovery state: what a node that comes back reads of its earlier process.
import Core
import Kernels
import Learning
import Metrics
import Registry
import Scenario
import TestSupport
import Testing

@testable import Platform

@Suite("Recovery state of a node")
struct RecoveryStateTests {
    private static let identity = [UInt8](repeating: 0, count: 32)

    private static func assembly() throws -> Assembly {
        let json = """
            {"topology": {"family": "complete", "nodes": 6}, "training": {"rounds": 20},
             "task": {"dataset": {"kind": "synthetic", "features": 4, "classes": 3, "samples": 120}}}
            """
        let experiment = try Experiment(Array(json.utf8), name: "small.json")
        return try Assembly(experiment, topology: experiment.topologyFile { _ throws(ConfigurationFault) in [] })
    }

    private static func header(of node: Int = 0, experiment: [UInt8] = identity) throws -> TraceHeader {
        TraceHeader(of: NodeID(node), experiment: experiment, dimension: try Self.assembly().dimension)
    }

    /// The last round for which the node may have sent a model, as its folder tells.
    private func published(_ folder: NodeDirectory) throws -> Int? {
        let node = try Self.assembly().node(NodeID(0))
        let start = try RecoveryState(of: node, identity: Self.identity, in: folder).start(.rejoin)
        guard case .restarted(nil, let published) = start else {
            Issue.record("\(start)")
            return nil
        }
        return published?.number
    }

    private func refusal(_ folder: NodeDirectory) throws -> String {
        try #require(throws: ConfigurationFault.self) { try published(folder) }.description
    }

    @Test("it knows from its trace for which rounds it has spoken, and does not come back where it cannot know")
    func spoken() throws {
        let temporary = try TemporaryDirectory()
        let folder = NodeDirectory(temporary.path)
        #expect(try published(folder) == nil, "it never ran")
        try Files.write([], to: folder.trace)
        #expect(try published(folder) == 0, "it may have sent its first model")
        let lines = [TraceLine(round: Round(6), inputs: [], next: Round(9), result: 1)]
        let whole = try Self.header().bytes(lines)
        try Files.write(whole + Array(whole.suffix(20).dropLast()), to: folder.trace)
        #expect(try published(folder) == 9, "half a record is of a process that was killed")
        Files.remove(folder.trace)
        // There, but not to be read.
        try Files.makeDirectory(folder.trace)
        #expect(try refusal(folder).hasSuffix("does not know what it has said already"))
    }

    @Test("it comes back by no trace of another node, experiment or program, nor by one that was changed")
    func foreign() throws {
        let temporary = try TemporaryDirectory()
        let folder = NodeDirectory(temporary.path)
        let lines = (0..<3).map { TraceLine(round: Round($0), inputs: [], result: UInt64($0)) }
        let whole = try Self.header().bytes(lines)
        let elsewhere = [UInt8](repeating: 1, count: 32)
        let far = TraceLine(round: Round(900_000), inputs: [], result: 1)
        for (bytes, reason) in [
            (try Self.header(of: 1).bytes(lines), "it is of node 1; a node goes on from its own trace only"),
            (try Self.header(experiment: elsewhere).bytes(lines), "it is of another experiment"),
            (whole + whole.suffix(30), "record 3, at byte \(whole.count), does not follow"),
            (whole + whole.suffix(30), "'truncate -s \(whole.count)' of it keeps what is before"),
            (try Self.header().bytes(lines + [far]), "record 3 says that the node went on to round 900001"),
            (Array("{\"round\":6}\n".utf8), "it is no trace"),
        ] {
            try Files.write(bytes, to: folder.trace)
            let refusal = try refusal(folder)
            #expect(refusal.contains(reason) && refusal.hasPrefix(folder.trace), "\(refusal)")
        }
        Files.remove(folder.trace)
        try Files.write(Array("{\"round\":6}\n".utf8), to: folder.traceOfFirstFormat)
        #expect(try refusal(folder).contains("trace.jsonl is a trace in version 1 of the format"))
        let node = try Self.assembly().node(NodeID(0))
        let remains = RecoveryState(of: node, identity: Self.identity, in: folder)
        #expect(throws: ConfigurationFault.self) { try remains.start(.afresh) }
    }

    /// How a checkpoint may have been left.
    private enum Left: CaseIterable {
        case whole, cut, changed, foreign, misnamed, ofOpenRound
        /// Whether a node comes back from it.
        var isUsable: Bool { self == .whole }
    }

    private func save(_ left: Left, _ rounds: Int, _ dimension: Int, in folder: NodeDirectory) throws {
        var checkpoint = Checkpoint(
            rounds: left == .misnamed ? rounds + 100 : rounds, state: NodeState([Float](repeating: 0, count: dimension))
        )
        let path: String
        if left == .ofOpenRound {
            (checkpoint.stops, checkpoint.isStop) = (rounds, true)
            checkpoint.openRound = .init(
                step: Round(rounds), start: 0, own: [Float](repeating: 0, count: dimension))
            path = folder.checkpoint(of: StopName(number: rounds, rounds: rounds))
        } else {
            path = folder.checkpoint(rounds: rounds)
        }
        var bytes = checkpoint.encoded(
            node: NodeID(0), experiment: left == .foreign ? [UInt8](repeating: 1, count: 32) : Self.identity)
        if left == .cut { bytes.removeLast() }
        if left == .changed { bytes[bytes.count / 2] ^= 1 }
        try Files.write(bytes, to: path)
    }

    @Test("it comes back from the newest checkpoint that is whole and its own, whatever became of the others")
    func newest() throws {
        let node = try Self.assembly().node(NodeID(0))
        var random = RandomStream(seed: 3, purpose: .schedule, node: NodeID(0), round: Round(0))
        var sorts = Set<Int>()
        for trial in 0..<60 {
            let temporary = try TemporaryDirectory()
            let folder = NodeDirectory(temporary.path)
            // One after the other, some of them gone.
            let rounds = (1...9).filter { _ in random.uniform() < 0.6 }
            let left = rounds.map { ($0, Left.allCases[random.below(Left.allCases.count)]) }
            for (rounds, left) in left { try save(left, rounds, node.configuration.dimension, in: folder) }
            let usable = left.filter { $0.1.isUsable }.map(\.0)
            let remains = RecoveryState(of: node, identity: Self.identity, in: folder)
            #expect(remains.newestRound == usable.max(), "trial \(trial): \(left)")
            guard case .restarted(let checkpoint, nil) = try remains.start(.rejoin) else {
                Issue.record("trial \(trial)")
                continue
            }
            #expect(checkpoint?.rounds == usable.max())
            // Each that is newer and cannot be used is named, with the reason.
            let refused = left.filter { $0.0 > usable.max() ?? 0 && ![.whole, .ofOpenRound].contains($0.1) }
            #expect(remains.refusals.count == refused.count, "trial \(trial): \(left): \(remains.refusals)")
            sorts.insert(usable.count)
        }
        #expect(sorts.count > 3 && sorts.contains(0), "trials tell little: \(sorts)")
    }

    @Test("where all go on from an earlier round, what it saved later is of no past of its own any more")
    func resumed() throws {
        let temporary = try TemporaryDirectory()
        let folder = NodeDirectory(temporary.path)
        let node = try Self.assembly().node(NodeID(0))
        let model = [Float](repeating: 0, count: node.configuration.dimension)
        for rounds in [4, 8] {
            let checkpoint = Checkpoint(rounds: rounds, state: NodeState(model))
            try Files.write(
                checkpoint.encoded(node: NodeID(0), experiment: Self.identity), to: folder.checkpoint(rounds: rounds))
        }
        let remains = RecoveryState(of: node, identity: Self.identity, in: folder)
        #expect(remains.left(by: try remains.start(.rejoin)).rounds == [4, 8])
        #expect(remains.left(by: try remains.start(.resume(4))).rounds == [4])
        #expect(RecoveryState(of: node, identity: Self.identity, in: folder).left.rounds == [4])
    }

    @Test("a node alone goes on from a stop between two rounds, and not from one in the middle of one")
    func stops() throws {
        let temporary = try TemporaryDirectory()
        let folder = NodeDirectory(temporary.path)
        let node = try Self.assembly().node(NodeID(0))
        let model = [Float](repeating: 0, count: node.configuration.dimension)
        for (number, rounds) in [(1, 4), (2, 8)] {
            var checkpoint = Checkpoint(rounds: rounds, state: NodeState(model))
            (checkpoint.stops, checkpoint.isStop) = (number, true)
            if number == 2 { checkpoint.openRound = .init(step: Round(8), start: 0, own: model) }
            let name = StopName(number: number, rounds: rounds)
            #expect(NodeDirectory.stop(ofCheckpoint: "\(name).bin") == name)
            try Files.write(
                checkpoint.encoded(node: NodeID(0), experiment: Self.identity), to: folder.checkpoint(of: name))
        }
        let remains = RecoveryState(of: node, identity: Self.identity, in: folder)
        #expect(remains.newestRound == 4 && remains.left.stops.map(\.number) == [1, 2])
        guard case .resumed(let checkpoint) = try remains.start(.resumeStop(2)) else {
            Issue.record("it goes on with all others")
            return
        }
        #expect(checkpoint.openRound != nil && remains.left(by: .resumed(checkpoint)).stops.count == 2)
        #expect(throws: ConfigurationFault.self) { try remains.start(.resumeStop(3)) }
        #expect(throws: ConfigurationFault.self) { try remains.start(.afresh) }
        let kept = remains.left(by: try remains.start(.rejoin))
        #expect(kept.rounds == [4] && kept.stops.isEmpty)
        #expect(RecoveryState(of: node, identity: Self.identity, in: folder).left == .init(rounds: [4], stops: []))
        for name in ["stop-.bin", "stop-1.bin", "stop-1-2", "stop--1-2.bin", "stop-a-2.bin", "checkpoint-1.bin"] {
            #expect(NodeDirectory.stop(ofCheckpoint: name) == nil, "\(name)")
        }
    }

    @Test("all go on from the furthest that every one has: a round, or a stop of which all have left theirs")
    func together() {
        func starts(_ nodes: (rounds: [Int], stops: [(Int, Int)])...) -> [String] {
            LeftCheckpoints.commonStarts(
                of: nodes.map {
                    LeftCheckpoints(rounds: $0.rounds, stops: $0.stops.map { StopName(number: $0, rounds: $1) })
                }
            ).map { "\($0)" }
        }
        #expect(starts(([5, 10], [(1, 12)]), ([5, 10], [(1, 11)])) == ["resumeStop(1)", "resume(10)", "resume(5)"])
        #expect(
            starts(([10, 20], [(1, 12)]), ([10, 20], [(1, 11)])) == ["resume(20)", "resumeStop(1)", "resume(10)"])
        // One was killed before it could leave anything.
        #expect(starts(([10], [(1, 12)]), ([10], [])) == ["resume(10)"])
        #expect(starts(([], [(1, 12), (2, 30)]), ([], [(1, 11)])) == ["resumeStop(1)"])
        // While the first has gone on already, the second finds the same.
        #expect(starts(([13, 14], [(1, 12)]), ([], [(1, 13)])) == ["resumeStop(1)"])
        #expect(starts(([], []), ([5], [(1, 7)])).isEmpty)
    }
}
