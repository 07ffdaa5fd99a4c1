// What the laboratory makes of files that nodes wrote, whole and torn, and of the numbers it prints.
import Core
import Kernels
import Learning
import Metrics
import Platform
import Registry
import Scenario
import Testing

@testable import Harness

@Suite("Reading what nodes wrote")
struct RecordReadingTests {
    private func line(_ rounds: Int, sent: Int) -> [UInt8] {
        var record = NodeRecord()
        record.rounds = rounds
        record.trainLoss = 1 / Double(rounds)
        record.mixedModels = 6
        record.lateModels = 1
        var tally = Tally()
        (tally.heard, tally.clipped) = (rounds, 3)
        record.tallies = [.init(neighbour: NodeID(rounds), tally: tally), .init(neighbour: NodeID(30), tally: tally)]
        (record.degradedMixes, record.unfinishedMixes, record.returnedWeight) = (2, 1, 1 / Double(rounds))
        record.rejections = [NodeRecord.Count(reason: "notFinite", count: rounds)]
        (record.bytesSent, record.messagesSent, record.mixNanoseconds) = (sent, sent / 10, 5)
        return record.json
    }

    @Test("lines add up; what counts from the start is taken from the last one")
    func whole() {
        let totals = NodeRecord(metrics: line(10, sent: 100) + line(20, sent: 250))
        #expect(totals.mixedModels == 12 && totals.lateModels == 2 && totals.mixNanoseconds == 10)
        #expect(totals.bytesSent == 250 && totals.messagesSent == 25 && totals.trainLoss == 0.05)
        #expect(totals.rejections == [NodeRecord.Count(reason: "notFinite", count: 20)])
        #expect(totals.degradedMixes == 4 && totals.unfinishedMixes == 2 && totals.returnedWeight == 0.05)
        #expect(totals.tallies.map(\.neighbour.index) == [10, 20, 30])
        #expect(totals.tallies.map(\.tally.heard) == [10, 20, 30] && totals.tallies.map(\.tally.clipped) == [3, 3, 6])
    }

    @Test("a last line torn anywhere is passed over")
    func torn() {
        let (first, second) = (line(10, sent: 100), line(20, sent: 250))
        let expected = NodeRecord(metrics: first)
        for length in 0..<second.count - 1 {
            #expect(NodeRecord(metrics: first + second.prefix(length)) == expected)
        }
        #expect(NodeRecord(metrics: []) == NodeRecord())
    }

    @Test("counts that no node would write are no figures")
    func nonsense() {
        let text = #"{"bytesSent": 1e300, "lateModels": "many", "messagesSent": -5, "rejections": {"x": 1e99}}"#
        let totals = NodeRecord(metrics: Array("\(text)\n[1]\n".utf8))
        #expect(totals.lateModels == 0)
    }

    @Test(
        "numbers are rounded to so many decimals",
        arguments: [
            (0, 3, "0.000"), (0.9996, 3, "1.000"), (0.0004, 3, "0.000"), (-0.0004, 3, "0.000"), (-1.25, 1, "-1.3"),
            (12.05, 1, "12.1"), (7.5, 0, "8"), (-7.4, 0, "-7"), (0.05, 2, "0.05"), (1e13, 2, "10000000000000.0"),
            (.infinity, 2, "inf"), (.nan, 2, "not a number"),
        ] as [(Double, Int, String)])
    func rounding(value: Double, decimals: Int, text: String) {
        #expect(rounded(value, decimals) == text)
    }

    @Test("a share is a percentage with one decimal")
    func percentages() {
        #expect(percent(0.5694) == "56.9 %" && percent(1) == "100.0 %" && percent(0) == "0.0 %")
    }
}

@Suite("Run files")
struct RunFilesTests {
    @Test("two runs of one second get different folders, with all that is needed to run again")
    func folders() throws {
        let folder = try TemporaryDirectory()
        let assembly = try smallAssembly()
        let runs = try (0..<3).map { _ in try RunFiles(for: assembly, in: "\(folder.path)/new").directory }
        #expect(Set(runs.map(\.path)).count == 3)
        for run in runs {
            let experiment = try Experiment(Files.read(run.experiment), name: run.experiment)
            let topology = try TopologyFile.read(Files.read(run.topology), name: run.topology)
            #expect(try Assembly(experiment, topology: topology).identity == assembly.identity)
        }
    }

    @Test("a run that still runs, or of which a node does, is gone on with by nobody")
    func running() throws {
        let folder = try TemporaryDirectory()
        let run: RunDirectory
        do {
            let files = try RunFiles(for: smallAssembly(), in: folder.path)
            run = files.directory
            let fault = #expect(throws: ConfigurationFault.self) { try RunFiles.lock(goingOnIn: files.directory) }
            #expect(fault?.description == "\(run.path) is still running; it can go on once it has ended")
            try files.append([])
        }
        try Files.write([], to: run.summary)
        do {
            try Files.makeDirectory(run.node(NodeID(3)).path)
            let lock = try FileLock.take(run.node(NodeID(3)).lock)
            let fault = #expect(throws: ConfigurationFault.self) { try RunFiles.lock(goingOnIn: run) }
            #expect(fault?.description.hasPrefix("node 3 of \(run.path) is still running") == true)
            #expect(Files.exists(run.summary))
            withExtendedLifetime(lock) {}
        }
        let lock = try RunFiles.lock(goingOnIn: run)
        _ = try RunFiles(goingOnIn: run, of: smallAssembly(), from: .afresh, holding: lock)
        #expect(!Files.exists(run.summary))
    }

    @Test("a folder that cannot be made is a mistake of the operator")
    func unwritable() throws {
        let folder = try TemporaryDirectory()
        try Files.write([], to: "\(folder.path)/file")
        let assembly = try smallAssembly()
        let fault = #expect(throws: ConfigurationFault.self) {
            _ = try RunFiles(for: assembly, in: "\(folder.path)/file")
        }
        #expect(fault?.description.hasPrefix("the run directory cannot be written: ") == true)
        #expect(fault?.description.hasSuffix("(ENOTDIR)") == true)
    }

    @Test("a run goes on from the newest checkpoint that every node has and can read")
    func commonCheckpoint() throws {
        let folder = try TemporaryDirectory()
        let assembly = try smallAssembly()
        let run = try RunFiles(for: assembly, in: folder.path).directory
        func rounds() -> Int? {
            if case .resume(let rounds) = Resumption.beginning(of: assembly, in: run) { rounds } else { nil }
        }
        #expect(rounds() == nil)
        for node in assembly.topology.nodes {
            try Files.makeDirectory(run.node(node).path)
            for rounds in node.index == 2 ? [5, 10, 15] : [5, 15, 20] {
                let model = constantModel(1, of: assembly)
                let checkpoint = Checkpoint(rounds: rounds, state: NodeState(model))
                try Files.write(
                    checkpoint.encoded(node: node, experiment: assembly.identity),
                    to: run.node(node).checkpoint(rounds: rounds))
            }
        }
        #expect(rounds() == 15)
        // One byte of it is wrong: the one before serves.
        let path = run.node(NodeID(1)).checkpoint(rounds: 15)
        var bytes = try Files.read(path)
        bytes[bytes.count / 2] ^= 1
        try Files.write(bytes, to: path)
        #expect(rounds() == 5)
        Files.remove(run.node(NodeID(0)).checkpoint(rounds: 5))
        #expect(rounds() == nil)
        Resumption.clear(run, of: assembly, for: .afresh)
        #expect(try Files.names(in: run.node(NodeID(0)).path).isEmpty)
    }

    @Test("asynchronous nodes go on each from its own newest checkpoint")
    func ownCheckpoints() throws {
        let folder = try TemporaryDirectory()
        let assembly = try smallAssembly(["timing.kind=asynchronous"])
        let run = try RunFiles(for: assembly, in: folder.path).directory
        guard case .afresh = Resumption.beginning(of: assembly, in: run) else {
            Issue.record("there is nothing to go on from")
            return
        }
        let node = NodeID(0)
        try Files.makeDirectory(run.node(node).path)
        let checkpoint = Checkpoint(rounds: 5, state: NodeState(constantModel(1, of: assembly)))
        try Files.write(
            checkpoint.encoded(node: node, experiment: assembly.identity), to: run.node(node).checkpoint(rounds: 5))
        guard case .rejoin = Resumption.beginning(of: assembly, in: run) else {
            Issue.record("one checkpoint is there")
            return
        }
    }

    @Test("figures that no node would count to are none, and sums of them do not trap")
    func absurd() throws {
        let line = #"{"rounds":1,"waitNanoseconds":9e18,"mixedModels":7e13}"#
        let totals = NodeRecord(metrics: Array(String(repeating: line + "\n", count: 3).utf8))
        #expect(totals.waitNanoseconds == 0 && totals.mixedModels == 21 * 10_000_000_000_000)
    }
}
