// Equivocation: found from what was written down, of those who did it and of nobody else.
import Attacks
import Kernels
import Metrics
import Platform
import Scenario
import Simulation
import TestSupport
import Testing

@testable import Harness

@Suite("Equivocation")
struct EquivocationTests {
    private static func line(_ round: Int, _ inputs: [(sender: Int, round: Int, digest: UInt64)]) -> TraceLine {
        TraceLine(
            round: Round(round),
            inputs: inputs.map { .init(sender: NodeID($0.sender), round: Round($0.round), digest: $0.digest) },
            result: 0)
    }

    /// Node 3 told 0 and 1 different things for rounds 4 and 5, node 2 all the same, whenever they heard of it.
    private static let lines: [(node: Int, line: TraceLine)] = [
        (0, line(4, [(0, 4, 70), (2, 4, 1), (3, 4, 10)])), (1, line(4, [(1, 4, 71), (2, 3, 9), (3, 4, 11)])),
        (0, line(5, [(2, 5, 2), (3, 5, 12)])), (1, line(6, [(2, 5, 2), (3, 5, 13)])),
        (2, line(6, [(0, 4, 70), (3, 5, 12)])), (0, line(6, [(3, 6, 14)])), (1, line(7, [(3, 6, 14)])),
    ]

    @Test("each step counts once, whoever tells of it, in whichever order and round")
    func counted() {
        for turn in Self.lines.indices {
            var found = Equivocations(nodeCount: 4)
            for index in Self.lines.indices {
                let (node, line) = Self.lines[(index + turn) % Self.lines.count]
                found.add(line, of: NodeID(node))
            }
            #expect(found.steps == [0, 0, 0, 2])
        }
    }

    @Test("neither what a node mixes of itself nor what it asked for when it came back is a message to it")
    func others() {
        var found = Equivocations(nodeCount: 2)
        found.add(Self.line(1, [(0, 1, 5)]), of: NodeID(0))
        found.add(Self.line(1, [(0, 1, 6)]), of: NodeID(1))
        let entry = TraceLine(
            round: Round(1), inputs: [.init(sender: NodeID(0), round: Round(1), digest: 7)], checkpoint: 0, result: 0)
        found.add(entry, of: NodeID(1))
        #expect(found.steps == [0, 0])
    }

    private static func summary(_ assembly: Assembly) throws -> RunSummary {
        let (outcome, _) = try SimulatedRun(assembly, options: .init()).run { _ in
        } shouldStop: {
            false
        }
        return try RunSummary(outcome, of: assembly)
    }

    @Test("by the traces of a run those lied who did so by their attack, in every round, and nobody else")
    func run() throws {
        let told = try smallAssembly(["adversary.attack=dissensus", "measure.also=equivocation"])
        let figures = try Self.summary(told).figures
        #expect(figures["equivocators"] == 2 && figures.list("nodeEquivocations") == [0, 20, 0, 0, 20, 0])
        let line = try #require(EquivocationMeasure.line(of: figures, in: told.experiment))
        #expect(line == ("equivocated", "2 of 6 nodes, in 40 steps"))
        let same = try smallAssembly(["adversary.attack=signFlip", "measure.also=equivocation"])
        let none = try Self.summary(same).figures
        #expect(none["equivocators"] == 0 && none.list("nodeEquivocations") == [0, 0, 0, 0, 0, 0])
        #expect(EquivocationMeasure.line(of: none, in: same.experiment)?.value == "nobody")
        #expect(try Self.summary(smallAssembly(["adversary.attack=dissensus"])).figures["equivocators"] == nil)
    }

    @Test(
        "files of a run say the same; a hostile node's say nothing, and nobody can tell where an honest one's is missing"
    )
    func files() throws {
        let temporary = try TemporaryDirectory()
        let directory = RunDirectory(temporary.path)
        let assembly = try smallAssembly(["measure.also=equivocation"])
        // 1 and 4 are hostile: what 4 tells of the others is nobody's word.
        let lines: [Int: [TraceLine]] = [
            0: [Self.line(0, [(1, 0, 5), (2, 0, 6)])], 2: [Self.line(0, [(1, 0, 7)])],
            3: [Self.line(0, [(1, 0, 5)]), Self.line(1, [(1, 1, 8)])], 4: [Self.line(0, [(2, 0, 9)])], 5: [],
        ]
        for (node, lines) in lines {
            let folder = directory.node(NodeID(node))
            try Files.makeDirectory(folder.path)
            let header = TraceHeader(of: NodeID(node), experiment: assembly.identity, dimension: assembly.dimension)
            var bytes = header.bytes(lines)
            // The end of one is of a process that was killed.
            if node == 3 { bytes.removeLast(5) }
            try Files.write(bytes, to: folder.trace)
        }
        #expect(Equivocations(assembly, in: directory)?.steps == [0, 1, 0, 0, 0, 0])
        #expect(Equivocations(try smallAssembly(), in: directory)?.steps == nil)
        let last = directory.node(NodeID(5))
        var header = TraceHeader(of: NodeID(5), experiment: assembly.identity, dimension: assembly.dimension)
        header.dropped = 3
        for bytes in [header.bytes([Self.line(3, [])]), Array("no trace".utf8)] {
            try Files.write(bytes, to: last.trace)
            #expect(Equivocations(assembly, in: directory)?.steps == nil)
        }
        Files.remove(last.trace)
        #expect(Equivocations(assembly, in: directory)?.steps == nil)
    }
}
