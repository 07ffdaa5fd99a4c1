// Runs cells of a sweep: simulations one a thread, real processes one experiment at a time.
public import Platform
import Scenario
import Synchronization

/// Seen by all threads; made once and never taken back.
final class StopRequest: Sendable {
    private let flag = Atomic(false)

    var isMade: Bool { flag.load(ordering: .relaxed) }
    func make() { flag.store(true, ordering: .relaxed) }
}

/// Runs the cells of a sweep.
public struct SweepRun {
    private let plan: SweepPlan
    private let files: SweepFiles

    public init(_ plan: SweepPlan, in files: SweepFiles) {
        self.plan = plan
        self.files = files
    }

    /// Runs `cells`, each on one thread. A cell that fails is a result like any other.
    ///
    /// - Parameters:
    ///   - signals: any of them stops the sweep, and what runs then is forgotten.
    ///   - finished: called on the calling thread with each result, in order of completion.
    /// - Returns: whether all were run.
    public func simulate(
        _ cells: [Int], threads: Int, until signals: Signals? = nil,
        finished: (CellResult) throws(SystemFault) -> Void
    ) throws(SystemFault) -> Bool {
        let stop = StopRequest()
        defer { stop.make() }
        var rest = cells[...]
        var workers: [Worker<Int, CellResult?>] = []
        for cell in rest.prefix(threads) {
            let worker = try SweepRun.worker(plan, until: stop)
            try worker.submit(cell)
            workers.append(worker)
        }
        rest = rest.dropFirst(workers.count)
        var poll = PollLoop()
        while workers.contains(where: { $0.outstanding > 0 }) {
            poll.removeAll()
            if let signals { poll.add(signals.descriptor) }
            for worker in workers { poll.add(worker.descriptor) }
            try poll.wait(until: nil)
            if let signals, try !signals.take().isEmpty { stop.make() }
            for worker in workers {
                guard let result = try worker.take() else { continue }
                if let result { try finished(result) } else { stop.make() }
                if !stop.isMade, let next = rest.popFirst() { try worker.submit(next) }
            }
        }
        return !stop.isMade
    }

    private static func worker(
        _ plan: SweepPlan, until stop: StopRequest
    ) throws(SystemFault) -> Worker<Int, CellResult?> {
        try Worker { cell in
            do {
                let assembly = try plan.assembly(of: cell)
                var (outcome, _) = try SimulatedRun(assembly, options: .init(threads: 1)).run { _ in
                } shouldStop: {
                    stop.isMade
                }
                outcome.references = try ReferenceRun.all(of: assembly, options: .init(threads: 1)) { _ in
                } shouldStop: {
                    stop.isMade
                }
                outcome.stability = try StabilityStudy.result(of: assembly, options: .init(threads: 1)) { _ in
                } shouldStop: {
                    stop.isMade
                }
                let isWhole =
                    outcome.references.count == assembly.experiment.measureReferences.count
                    && (outcome.stability != nil || assembly.experiment.stability.twins == 0)
                guard !outcome.wasStopped, isWhole else { return nil }
                return CellResult(
                    plan.keys[cell], try RunSummary(outcome, of: assembly), outcome.evaluations,
                    every: plan.sweep.seriesEvery,
                    on: plan.sweep.comparedOn)
            } catch {
                return Signals.wereRequestsToEnd ? nil : CellResult(plan.keys[cell], failure: "\(error)")
            }
        }
    }

    /// Runs `cells` as real processes, one experiment after the other; their run directories are kept.
    ///
    /// - Parameter program: path of the gossipnode executable.
    /// - Returns: whether all were run; Ctrl-C stops the sweep and the nodes of the cell that runs.
    public func launch(
        _ cells: [Int], program: String, finished: (CellResult) throws(SystemFault) -> Void
    ) throws(SystemFault) -> Bool {
        for cell in cells {
            let key = plan.keys[cell]
            let result: CellResult
            do {
                let assembly = try plan.assembly(of: cell)
                try ProcessRun.checkFaults(of: assembly)
                let transport = assembly.experiment.transport
                var files = try RunFiles(
                    for: assembly, in: files.runs, made: .processes(transport: transport, hasKeys: false))
                var run = try ProcessRun(assembly, in: files.directory, program: program)
                var outcome = try run.run { evaluations throws(SystemFault) in try files.append(evaluations) }
                try files.insert(outcome.recomputed)
                if outcome.wasStopped { return false }
                outcome.references = try ReferenceRun.all(of: assembly, options: .init(threads: 1))
                outcome.stability = try StabilityStudy.result(of: assembly, options: .init(threads: 1))
                let summary = try RunSummary(outcome, of: assembly)
                try files.write(summary)
                try files.writeReport()
                result = CellResult(
                    key, summary, outcome.evaluations, every: plan.sweep.seriesEvery,
                    on: plan.sweep.comparedOn)
            } catch {
                if Signals.wereRequestsToEnd { return false }
                result = CellResult(key, failure: "\(error)")
            }
            try finished(result)
        }
        return true
    }
}
