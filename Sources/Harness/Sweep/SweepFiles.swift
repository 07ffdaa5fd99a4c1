// The folder of a sweep: results that only grow, one line a finished cell, and tables made from them.
import Platform
import Registry
import Scenario

/// `<parent>/<name>-sweep/`. Sweeps of one name share it, one at a time: a grid that has grown runs only its new cells.
public final class SweepFiles {
    public let path: String
    /// Two sweeps at once would run the same cells and write over each other's tables.
    private let lock: FileLock
    private let lines: AppendOnlyFile
    /// The results of this and earlier runs, but for earlier failures that may have been chance: those cells are tried
    /// again.
    private var finished: [CellKey: CellResult] = [:]

    public init(for sweep: Sweep, in parent: String) throws {
        path = "\(parent)/\(RunDirectory.fileName(sweep.name))-sweep"
        do {
            try Files.makeDirectory(path)
            guard let lock = try FileLock.take("\(path)/lock") else {
                throw ConfigurationFault("another sweep is running in \(path); wait for its end, or give --out")
            }
            self.lock = lock
            let results = SweepFiles.results(in: path)
            if Files.exists(results) {
                // A torn last line is no result; the file goes on after it on a line of its own.
                for line in try Files.read(results).split(separator: UInt8(ascii: "\n")) {
                    guard let result = CellResult(line: Array(line)), result.isFinal else { continue }
                    finished[result.key] = result
                }
            }
            lines = try AppendOnlyFile(results)
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
    static func results(in folder: String) -> String { "\(folder)/results.jsonl" }
    static func runs(in folder: String) -> String { "\(folder)/runs" }

    public func result(of key: CellKey) -> CellResult? { finished[key] }

    public func add(_ result: CellResult) throws(SystemFault) {
        try lines.append(result.json)
        finished[result.key] = result
    }

    /// Writes `results.csv`, one line a finished cell, and `table.csv`, one line for all seeds together.
    public func write(_ table: SweepTable) throws(SystemFault) {
        try Files.write(Array(table.cells.csv.utf8), to: "\(path)/results.csv")
        try Files.write(Array(table.folded.csv.utf8), to: "\(path)/table.csv")
    }
}
