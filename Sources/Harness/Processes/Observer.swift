// Watches the files of running nodes: takes their snapshots, looks whether their loops stir and their folders are
// there, and tells in the end what each has come to.
import Core
import Kernels
import Metrics
import Platform
import Registry
import Scenario

struct Observer {
    private static let lookInterval: Nanoseconds = .milliseconds(1_000)
    /// Whether all folders are still there is looked at no more often.
    private static let folderInterval: Nanoseconds = .milliseconds(500)

    private let assembly: Assembly
    private let directory: RunDirectory
    private let beginning: NodeShell.Start
    /// A node whose loop does not stir for longer hangs.
    private let longestSilence: Nanoseconds
    private let clock = MonotonicClock()
    private var timeline: Timeline
    /// What each node writes of its rounds.
    private var records: [GrowingFile]
    /// What their lines come to so far.
    private var totals: [NodeRecord]
    private var looksAt: Instant
    private var foldersDueAt = Instant(nanoseconds: 0)

    init(
        _ assembly: Assembly, in directory: RunDirectory, from beginning: NodeShell.Start,
        longestSilence: Nanoseconds?
    ) throws {
        self.assembly = assembly
        self.directory = directory
        self.beginning = beginning
        self.longestSilence = longestSilence ?? HeartbeatWatch.longestSilence
        looksAt = clock.now()
        records = assembly.topology.nodes.map { GrowingFile(directory.node($0).metrics) }
        totals = records.map { _ in NodeRecord() }
        timeline = try Timeline(
            assembly, after: Self.moment(before: beginning, in: directory), mayLose: true, in: directory)
    }

    /// The last moment that was evaluated before the run goes on.
    private static func moment(before beginning: NodeShell.Start, in directory: RunDirectory) throws(SystemFault) -> Int
    {
        switch beginning {
        case .afresh: -1
        case .resume(let rounds): rounds
        case .resumeStop, .rejoin: try EvaluationLines(ofFile: directory.metrics).rounds.last ?? -1
        }
    }

    /// Evaluates what has become complete; returns what is new.
    mutating func advance() -> [EvaluationRecord] { timeline.advance() }

    // MARK: - While nodes run

    /// Takes the snapshots that a node has written since, and removes them.
    mutating func readSnapshots(of node: NodeProcess) {
        for name in (try? Files.names(in: node.folder.snapshots)) ?? [] {
            guard let rounds = NodeDirectory.rounds(ofSnapshot: name) else { continue }
            takeReports(of: node, rounds: rounds)
            let path = node.folder.snapshot(rounds: rounds)
            if assembly.honest.contains(node.node), let bytes = try? Files.read(path),
                let file = try? ModelFile(encoded: bytes), file.model.count == assembly.dimension
            {
                timeline.add(file.model, of: node.node, rounds: file.rounds)
            }
            Files.remove(path)
            Files.remove(node.folder.ownModel(rounds: rounds))
        }
    }

    /// Takes what a node has told of its rounds so far, and the mix that made its model after `rounds` rounds: both
    /// were written before the model.
    private mutating func takeReports(of node: NodeProcess, rounds: Int) {
        for record in (try? records[node.node.index].newLines())?.compactMap({ NodeRecord(line: $0) }) ?? [] {
            totals[node.node.index].add(record)
            timeline.add(record, of: node.node)
        }
        if let model = node.folder.ownModel(rounds: rounds, of: assembly) {
            timeline.add(ownModel: model, of: node.node, rounds: rounds)
        }
        let path = node.folder.mix(rounds: rounds)
        guard assembly.experiment.handsOutMixes, let bytes = try? Files.read(path) else { return }
        if let mix = MixSample(encoded: bytes) { timeline.add(mix, of: node.node, rounds: rounds) }
        Files.remove(path)
    }

    /// Takes the final model of a node that will write no more.
    mutating func close(_ node: NodeProcess) {
        takeReports(of: node, rounds: assembly.experiment.training.rounds)
        if let model = node.folder.finalModel(of: assembly) {
            timeline.add(model, of: node.node, rounds: assembly.experiment.training.rounds)
        }
        timeline.close(node.node)
    }

    /// A run whose folder is deleted has nowhere to go; a node whose folder is deleted goes on for the others.
    mutating func lookAfterFolders(_ nodes: inout [NodeProcess]) throws(SystemFault) {
        let now = clock.now()
        guard now >= foldersDueAt else { return }
        foldersDueAt = now + Self.folderInterval
        guard Files.isDirectory(directory.path), Files.exists(directory.experiment) else {
            throw SystemFault(
                "go on in", "\(directory.path), which was deleted while the run went on", errno: SystemFault.notFound)
        }
        for index in nodes.indices where nodes[index].isRunning && !nodes[index].hasNoFolder {
            guard !Files.isDirectory(nodes[index].folder.path) else { continue }
            nodes[index].hasNoFolder = true
            close(nodes[index])
            let label = assembly.topology.labels[index]
            StandardError.print(
                "\(nodes[index].folder.path) was deleted while node \(label) runs: what it writes is lost, and it "
                    + "will count as lost; the others go on")
        }
    }

    /// Kills nodes whose loops have not stirred for too long.
    mutating func endHung(_ launcher: inout Launcher) {
        let now = clock.now()
        guard now >= looksAt else { return }
        looksAt = now + min(Self.lookInterval, longestSilence / 4)
        for index in launcher.nodes.indices where launcher.nodes[index].isRunning {
            guard !launcher.nodes[index].hasNoFolder else { continue }
            launcher.nodes[index].watch.look(launcher.nodes[index].heartbeat.read()?.beats, at: now)
            guard launcher.nodes[index].watch.isHung(longest: longestSilence) else { continue }
            let node = launcher.nodes[index]
            launcher.kill(index, as: .hung(node.watch.silence, wasStopped: node.process.isStopped))
        }
    }

    // MARK: - When all have ended

    /// What the nodes have left, and the evaluations so far.
    func outcome(of nodes: [NodeProcess], wasStopped: Bool) -> RunOutcome {
        var outcome = RunOutcome(engine: .processes, transport: assembly.experiment.transport.rawValue)
        for node in nodes {
            outcome.reached[node.node] = node.folder.roundsReached(of: assembly)
            outcome.totals[node.node] = totals[node.node.index]
            if let model = node.folder.finalModel(of: assembly), node.hasFinished {
                outcome.finalModels.append((node.node, model))
                outcome.ownModels[node.node] = node.folder.ownModel(
                    rounds: assembly.experiment.training.rounds, of: assembly)
                if node.status != .exited(ExitCode.success) {
                    let label = assembly.topology.labels[node.node.index]
                    outcome.warnings.append("node \(label) finished, but \(node.lost(wasStopped: wasStopped).reason)")
                }
            } else {
                outcome.lost.append(node.lost(wasStopped: wasStopped))
            }
        }
        outcome.evaluations = timeline.evaluations
        outcome.final = timeline.final
        outcome.wasStopped = wasStopped
        outcome.equivocations = Equivocations(assembly, in: directory)
        return outcome
    }

    /// Finds out which moments were missed and, unless the run is to be gone on with, evaluates them after all.
    func makeUp(
        for outcome: inout RunOutcome, within time: Nanoseconds, _ recomputing: (Int) -> Void, shouldStop: () -> Bool
    ) throws {
        var evaluated = outcome.evaluations.map(\.rounds)
        if case .afresh = beginning {
        } else {
            let lines = try EvaluationLines(ofFile: directory.metrics)
            evaluated += lines.rounds
            outcome.earlier = lines.figures(before: timeline.evaluations.first?.rounds ?? .max)
        }
        var missed = MissedEvaluations(of: assembly, in: directory, reached: timeline.reached, evaluated: evaluated)
        if !missed.rounds.isEmpty, !outcome.wasStopped {
            recomputing(missed.rounds.count)
            outcome.recomputed = try missed.recompute(within: time, shouldStop: shouldStop)
            outcome.evaluations = (outcome.evaluations + outcome.recomputed).sorted { $0.rounds < $1.rounds }
        }
        outcome.moments = (planned: missed.planned, missed: missed.rounds.count)
    }
}
