// RunFolder: what a folder that the operator named is: a run, however it was made and however far it came, or something
// else. For each command that wants a run, whether it can have this one, and which command is meant instead.
import JSON
import Kernels
import Metrics
public import Platform
import Registry
public import Scenario

/// The folder of one run, with what its files say of how it was made and how it ended.
public struct RunFolder: Sendable {
    public enum Ending: Sendable {
        /// At least one honest node did all rounds.
        case finished
        /// It ended by itself, and no honest node did all rounds.
        case failed
        case stopped
        /// There is no summary: it goes on, was cut off, or has no laboratory.
        case open
    }

    public let directory: RunDirectory
    /// `nil` where no laboratory made it.
    public let record: RunRecord?
    public let ending: Ending
    /// Labels of the nodes that the summary calls lost.
    public let lost: Set<String>

    /// - Parameters:
    ///   - word: as it stands on the command line.
    ///   - isLenient: whether files of another version count as if they were not there.
    public init(_ word: String, isLenient: Bool = false) throws(ConfigurationFault) {
        let path = word.count > 1 && word.hasSuffix("/") ? String(word.dropLast()) : word
        guard Files.isDirectory(path) else {
            throw ConfigurationFault(
                Files.exists(path)
                    ? "\(path) is a file; expected the folder of a run" : "there is no run directory \(path)")
        }
        directory = RunDirectory(path)
        guard Files.exists(directory.experiment) else { throw Self.fault(of: path) }
        record = isLenient ? try? directory.loadRecord() : try directory.loadRecord()
        let summary = isLenient ? try? directory.loadSummary() : try directory.loadSummary()
        lost = Set(
            (summary?.member("perNode")?.elements ?? []).compactMap { node in
                node.member("lost") == nil ? nil : node.member("node")?.text
            })
        if let summary {
            let hasModels = summary.member("modelDigest")?.text?.isEmpty == false
            ending = summary.count(at: "stopped") == 1 ? .stopped : hasModels ? .finished : .failed
        } else {
            ending = .open
        }
    }

    /// Why a folder without an experiment is no run, and what it probably is.
    private static func fault(of path: String) -> ConfigurationFault {
        func holds(_ folder: String) -> String? {
            let names = (try? Files.names(in: folder)) ?? []
            return names.first { Files.exists(RunDirectory("\(folder)/\($0)").experiment) }.map { "\(folder)/\($0)" }
        }
        if Files.exists(SweepFiles.results(in: path)) {
            let runs = holds(SweepFiles.runs(in: path)).map { "; its runs have folders of their own, as \($0)" } ?? ""
            return ConfigurationFault(
                "\(path) is the folder of a sweep, which 'gossiplab sweep' goes on with and shows\(runs)")
        }
        let example = holds(path).map { "; it holds folders of runs, as \($0)" } ?? ""
        return ConfigurationFault(
            "\(path) is no folder of a run: there is no \(RunDirectory.experimentName) in it\(example)")
    }

    /// Whether a laboratory wrote into it while the nodes ran, or gathered what they had left.
    public var isWatched: Bool { record != nil || Files.exists(directory.metrics) }

    // MARK: - Which command is meant

    /// Refuses a run that has no final models yet.
    public func checkForVerify() throws(ConfigurationFault) {
        switch ending {
        case .finished: return
        case .open where nodeFiles(\.model) > 0: return
        case .open where record == nil:
            throw ConfigurationFault("no node of \(directory.path) has finished; there are no final models to compare")
        case .stopped, .failed, .open: throw incomplete
        }
    }

    private var incomplete: ConfigurationFault { unfinished("there are not all final models to compare") }

    private func unfinished(_ consequence: String) -> ConfigurationFault {
        let meant = canGoOn ? "; '\(command(.resume))' goes on with it" : ""
        return ConfigurationFault("\(directory.path) \(state), so that \(consequence)\(meant)")
    }

    /// Refuses a run in which nothing was found to export, where it is plain why.
    func checkForExport() throws(ConfigurationFault) {
        guard ending != .finished else { return }
        throw unfinished("there is no such model")
    }

    /// A simulation that came to its end comes to the same end every time.
    private var canGoOn: Bool {
        switch ending {
        case .finished: false
        case .failed: record?.isSimulation != true
        case .stopped, .open: true
        }
    }

    /// Refuses a run whose models are not those of a simulation for a reason that is known.
    public func checkForVerify(after comparison: ModelComparison, of assembly: Assembly) throws(ConfigurationFault) {
        if ending == .open, record != nil, comparison.missing > 0 { throw incomplete }
        guard record?.isSimulation != true else { return }
        let absent = assembly.topology.nodes.filter { !Files.isDirectory(directory.node($0).path) }
        if record == nil, let node = absent.first {
            let others = absent.count > 1 ? " and \(absent.count - 1) more" : ""
            throw ConfigurationFault(
                "there is nothing of node \(assembly.topology.labels[node.index])\(others) in \(directory.path); where "
                    + "it is in other folders, 'gossiplab report' gathers the parts of a run")
        }
        guard let disturbance = disturbance(of: assembly).inWords else { return }
        let remedy =
            assembly.experiment.trace == .full
            ? "'\(command(.replay))' recomputes it from what each node heard"
            : "what each node heard would tell, had trace been 'full'"
        throw ConfigurationFault(
            "\(directory.path) is not what an undisturbed run comes to (\(comparison.inWords)), as \(disturbance); "
                + remedy)
    }

    /// From the nodes' own files, which every run of real processes has.
    private func disturbance(of assembly: Assembly) -> Disturbance {
        let nodes = assembly.topology.nodes
        let totals = nodes.map { NodeRecord(metrics: (try? Files.read(directory.node($0).metrics)) ?? []) }
        func labels(where isMeant: (NodeID) -> Bool) -> [String] {
            nodes.filter(isMeant).map { assembly.topology.labels[$0.index] }
        }
        return Disturbance(
            isAsynchronous: assembly.experiment.timing.kind == .asynchronous, hasFaults: !assembly.faults.isEmpty,
            missedModels: totals.reduce(0) { $0 + $1.missedModels },
            lost: labels { lost.contains(assembly.topology.labels[$0.index]) },
            restarted: labels { directory.node($0).hasRejoined })
    }

    public var hasTraces: Bool { nodeFiles(\.trace) > 0 }

    /// Refuses a run without traces.
    public func checkForReplay() throws(ConfigurationFault) {
        guard record?.isSimulation != true else {
            let meant = canGoOn ? "'\(command(.resume))' computes it to its end" : "'\(command(.verify))' recomputes it"
            throw ConfigurationFault("\(directory.path) is a simulation, which leaves no traces; \(meant)")
        }
        guard !hasTraces else { return }
        try checkFormatOfTraces()
        throw ConfigurationFault(
            "there are no traces in \(directory.path); '\(command(.verify))' recomputes a run without them")
    }

    /// Refuses a run that nothing is left of, and one that no laboratory started.
    ///
    /// - Parameter start: what its nodes would go on from.
    /// - Returns: how the run was made.
    public func checkForResume(from start: NodeShell.Start) throws(ConfigurationFault) -> RunRecord {
        guard canGoOn else {
            let again = record.map { "; '\(LaboratoryCommand(repeating: $0, of: directory.experiment))' repeats it" }
            throw ConfigurationFault("\(directory.path) \(state): nothing is left to be done\(again ?? "")")
        }
        guard let record, record != .gathered else {
            let flag =
                switch start {
                case .afresh: "as they were"
                case .resume(let rounds): "as they were, each with --resume \(rounds)"
                case .resumeStop(let number): "as they were, each with --resume stop-\(number)"
                case .rejoin: "as they were, each with --rejoin"
                }
            throw ConfigurationFault(
                "no laboratory started the nodes of \(directory.path); to go on, start them again \(flag)")
        }
        try checkFormatOfTraces()
        return record
    }

    /// No program goes on with, or replays, what another one wrote in a way that it does not know.
    private func checkFormatOfTraces() throws(ConfigurationFault) {
        for name in (try? Files.names(in: directory.nodes)) ?? [] {
            try NodeDirectory("\(directory.nodes)/\(name)").checkFormatOfTrace()
        }
    }

    private var state: String {
        switch ending {
        case .finished: "has finished"
        case .failed: "ended without an honest node that did all rounds"
        case .stopped: "was stopped before its end"
        case .open: "goes on or was cut off"
        }
    }

    public func command(_ purpose: LaboratoryCommand.Purpose) -> LaboratoryCommand {
        LaboratoryCommand(purpose, directory)
    }

    /// How many nodes have this file.
    private func nodeFiles(_ file: KeyPath<NodeDirectory, String>) -> Int {
        let names = (try? Files.names(in: directory.nodes)) ?? []
        return names.count { Files.exists(NodeDirectory("\(directory.nodes)/\($0)")[keyPath: file]) }
    }
}

extension RunDirectory {
    /// How the run was made; `nil` where no laboratory made it.
    func loadRecord() throws(ConfigurationFault) -> RunRecord? {
        guard Files.exists(record) else { return nil }
        return try RunRecord(try InputFiles.ofRuns.read(record), name: record)
    }

    /// What the run came to; `nil` where it has not ended.
    func loadSummary() throws(ConfigurationFault) -> JSONValue? {
        guard Files.exists(summary) else { return nil }
        let tree = try StrictJSON.read(try InputFiles.ofRuns.read(summary), name: summary)
        let version = try tree.object("").required("version", expected: "\(RunSummary.version)")
        guard version.count == RunSummary.version else {
            throw ConfigurationFault(
                .notAllowed(key: "version", given: version.summary, allowed: "\(RunSummary.version)"),
                at: version.position.description)
        }
        return tree
    }
}
