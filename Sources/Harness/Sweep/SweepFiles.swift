// The folder of a sweep: results and series that only grow, one line a finished cell, and tables made from them. Parts
// of a sweep write files of their own; whoever reads the folder reads them all, so copied files merge by themselves.
import Platform
import Registry
import Scenario

/// `<parent>/<name>-sweep/`. Sweeps of one name share it, one at a time: a grid that has grown runs only its new cells.
public final class SweepFiles {
    public let path: String
    /// Two sweeps at once would run the same cells and write over each other's tables.
    private let lock: FileLock
    private let lines: AppendOnlyFile
    /// `nil` where the sweep has no series.
    private let seriesLines: AppendOnlyFile?
    /// The results of this and earlier runs, but for earlier failures that may have been chance: those cells are tried
    /// again.
    private var finished: [CellKey: CellResult] = [:]
    private var measured: [CellKey: CellSeries] = [:]
    private let seriesEvery: Int

    /// - Parameter shard: the part of the sweep that this program runs; `nil`: all of it.
    public init(for sweep: Sweep, in parent: String, shard: Shard? = nil) throws {
        path = "\(parent)/\(RunDirectory.fileName(sweep.name))-sweep"
        seriesEvery = sweep.seriesEvery
        let suffix = shard?.suffix ?? ""
        do {
            try Files.makeDirectory(path)
            guard let lock = try FileLock.take("\(path)/lock\(suffix)") else {
                throw ConfigurationFault("another sweep is running in \(path); wait for its end, or give --out")
            }
            self.lock = lock
            lines = try AppendOnlyFile(SweepFiles.results(in: path, suffix))
            seriesLines = try seriesEvery > 0 ? AppendOnlyFile("\(path)/series\(suffix).jsonl") : nil
            try readAll()
        } catch let fault as ConfigurationFault {
            throw fault
        } catch {
            if (error as? SystemFault)?.isFullDisk == true { throw error }
            throw ConfigurationFault("the folder of the sweep cannot be written: \(error)")
        }
    }

    /// Where the run directories of real processes are.
    var runs: String { SweepFiles.runs(in: path) }

    /// The file that makes a folder that of a sweep.
    static func results(in folder: String, _ suffix: String = "") -> String { "\(folder)/results\(suffix).jsonl" }
    static func runs(in folder: String) -> String { "\(folder)/runs" }

    /// A torn last line is no result; a file goes on after it on a line of its own.
    private func readAll() throws(SystemFault) {
        for name in try Files.names(in: path) where name.hasSuffix(".jsonl") {
            let isSeries = name.hasPrefix("series.")
            guard isSeries || name.hasPrefix("results.") else { continue }
            for line in try Files.read("\(path)/\(name)").split(separator: UInt8(ascii: "\n")) {
                if isSeries, let series = CellSeries(line: Array(line)), series.every == seriesEvery {
                    measured[series.key] = series
                } else if !isSeries, let result = CellResult(line: Array(line)), result.isFinal {
                    finished[result.key] = result
                }
            }
        }
    }

    /// What a cell has come to; `nil` where it has yet to be run, with a series where the sweep wants one.
    public func result(of key: CellKey) -> CellResult? {
        guard var result = finished[key] else { return nil }
        guard seriesEvery > 0 else { return result }
        result.series = measured[key]
        return result.series == nil && result.failure == nil ? nil : result
    }

    public func add(_ result: CellResult) throws(SystemFault) {
        // The series first: a result without one would be run again.
        if let series = result.series {
            try seriesLines?.append(series.json)
            measured[series.key] = series
        }
        try lines.append(result.json)
        finished[result.key] = result
    }

    /// The cells that this program has to run.
    public func missing(of plan: SweepPlan, in shard: Shard? = nil) -> [Int] {
        plan.keys.indices.filter { result(of: plan.keys[$0]) == nil && shard?.has($0) ?? true }
    }

    /// Writes `results.csv`, one line a finished cell, `table.csv`, one line for all seeds together, `chosen.csv`, and
    /// `report.html`, all of it to be looked at.
    public func write(_ table: SweepTable, _ tuning: SweepTuning? = nil) throws(SystemFault) {
        try Files.write(Array(table.cells.csv.utf8), to: "\(path)/results.csv")
        try Files.write(Array(table.folded.csv.utf8), to: "\(path)/table.csv")
        if let tuning { try Files.write(Array(tuning.table.csv.utf8), to: "\(path)/chosen.csv") }
        let report = SweepReport(table, tuning)
        try Files.write(report.page, to: "\(path)/report.html")
        try RunIndex.tell(report.verdict, report.standing, of: "sweep", in: path)
    }
}
