// PackRun: runs what a pack lacks, one sweep after the other, and judges its claims. Stopped, it goes on where it was.
import JSON
public import Platform
import Registry
import Scenario

/// `<parent>/<pack>-<scale>-pack/`: the folders of its sweeps, a report, and the claims as a table.
public struct PackRun {
    public let pack: PaperPack
    public let request: PackRequest
    public let study: PackStudy
    public let path: String
    private let plans: [SweepPlan]
    private let shard: Shard?
    /// Whether some of its sweeps, and what it computes beside them, are left out.
    private let isPartial: Bool

    /// - Parameters:
    ///   - names: the sweeps that run, by their names; empty for all of them and the calculations.
    ///   - threads: cells that are simulated at the same time share the memory.
    public init(
        _ pack: PaperPack, _ request: PackRequest, in parent: String, sweeps names: [String] = [],
        shard: Shard? = nil, threads: Int
    ) throws(ConfigurationFault) {
        self.pack = pack
        self.request = request
        self.shard = shard
        study = try pack.study(request)
        path = "\(parent)/\(pack.name)-\(request.scale.rawValue)-pack"
        let room = MemoryRoom(bytes: HostLimits.freeMemory() / threads, for: .simulation)
        let known = study.sweeps.map(\.name)
        if let name = names.first(where: { !known.contains($0) }) {
            throw ConfigurationFault(.unknown(noun: "sweep of \(pack.name)", given: name, known: known))
        }
        isPartial = !names.isEmpty
        let meant = study.sweeps.filter { names.isEmpty || names.contains($0.name) }
        plans = try meant.map { sweep throws(ConfigurationFault) in
            try SweepPlan(sweep, in: "the pack \(pack.name)", room: room)
        }
    }

    public var cellCount: Int { plans.reduce(0) { $0 + $1.keys.count } }

    /// What a stopped pack came to, or a part of one, or all of it.
    public enum Outcome {
        case stopped(left: Int)
        /// This part is done; so many cells are other parts' business. Of its own, a line for each that no mean counts.
        case partDone(left: Int, failures: [String])
        case finished([JudgedClaim])
    }

    /// Runs what is missing and writes the report.
    ///
    /// - Parameters:
    ///   - signals: any of them stops the pack.
    ///   - say: takes one line for the operator.
    ///   - progress: is told how many of how many cells have been run.
    public func run(
        threads: Int, until signals: Signals? = nil, say: (String) -> Void,
        progress: (_ done: Int, _ of: Int) -> Void
    ) throws -> Outcome {
        var files: [SweepFiles] = []
        for plan in plans { files.append(try SweepFiles(for: plan.sweep, in: path, shard: shard)) }
        let missing = zip(plans, files).map { $1.missing(of: $0, in: shard) }
        let total = missing.reduce(0) { $0 + $1.count }
        let left = { zip(self.plans, files).reduce(0) { $0 + $1.1.missing(of: $1.0).count } }
        say("\(cellCount) cells in \(plans.count) sweeps, \(cellCount - left()) of them done before")
        if total > 0 {
            let estimate = try zip(plans, missing).map { try TimeEstimate($0, $1) }.reduce(TimeEstimate(), +)
            say(estimate.description(threads: threads))
        }
        let calculations = try study.calculations.map { try TimeEstimate($0) }.reduce(TimeEstimate(), +)
        if !isPartial, shard == nil, calculations.nodeSteps > 0 {
            say("then calculations: \(calculations.description(threads: 1))")
        }
        var done = 0
        for (index, plan) in plans.enumerated() where !missing[index].isEmpty {
            let isComplete = try SweepRun(plan, in: files[index]).simulate(
                missing[index], threads: threads, until: signals
            ) { result throws(SystemFault) in
                try files[index].add(result)
                done += 1
                progress(done, total)
            }
            guard isComplete else { return .stopped(left: left()) }
        }
        guard left() == 0 else {
            let failures = zip(plans, files).flatMap { SweepTable($0, result: $1.result).failures }
            return .partDone(left: left(), failures: failures)
        }
        return try conclude(files, until: signals, say)
    }

    private func conclude(_ files: [SweepFiles], until signals: Signals?, _ say: (String) -> Void) throws -> Outcome {
        // A pack may have calculations alone.
        try Files.makeDirectory(path)
        var results = PackResults()
        for (plan, files) in zip(plans, files) {
            let table = SweepTable(plan, result: files.result)
            try files.write(table)
            results.add(table)
        }
        for calculation in isPartial ? [] : study.calculations {
            say("calculating: \(calculation.name)")
            guard let table = try calculated(calculation, until: signals) else { return .stopped(left: 0) }
            results.add(table, for: calculation)
        }
        let claims = study.claims.map { JudgedClaim($0, by: results) }
        let report = PackReport(pack: pack, request: request, study: study, results: results, claims: claims)
        try Files.write(report.page, to: "\(path)/report.html")
        try Files.write(Array(report.claimTable.csv.utf8), to: "\(path)/claims.csv")
        try RunIndex.tell(report.summary, report.standing, of: "pack", in: path)
        return .finished(claims)
    }

    /// On a thread of its own, so that Ctrl-C is heard; `nil` where it was stopped.
    private func calculated(_ calculation: Calculation, until signals: Signals?) throws -> CalculatedTable? {
        let stop = StopRequest()
        defer { stop.make() }
        let worker = try Worker<Calculation, Result<CalculatedTable?, any Error>> { calculation in
            Result { try calculation.run { stop.isMade } }
        }
        try worker.submit(calculation)
        var poll = PollLoop()
        while true {
            poll.removeAll()
            if let signals { poll.add(signals.descriptor) }
            poll.add(worker.descriptor)
            try poll.wait(until: nil)
            if let signals, try !signals.take().isEmpty { stop.make() }
            if let result = try worker.take() { return stop.isMade ? nil : try result.get() }
        }
    }
}
