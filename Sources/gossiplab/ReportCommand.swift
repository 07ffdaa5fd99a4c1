// gossiplab report: the page of a run, made anew from its files, or from what nodes left that no laboratory watched, in
// one directory or in parts on several hosts; or one page about several runs.
import Harness
import Platform
import Registry
import Scenario

enum ReportCommand: Command {
    static let name = "report"
    static let usage = "report RUN..."
    static let summary = "Rebuilds the report of a run, or of one in parts, or sets runs side by side; prints its path."
    static let flags = [Flag("out", "DIR", "parent folder of a gathered run or a comparison (default runs)")]

    static let examples = [
        Example("report runs/NAME-...", "the page anew, also of a run that was cut off"),
        Example("report runs/A-... runs/B-...", "one page about both, with what differs"),
        Example("report host1/run host2/run", "one page of a run whose nodes ran on two hosts"),
    ]

    static func run(_ flags: Flags) throws -> Int32 {
        guard !flags.words.isEmpty else {
            throw ConfigurationFault(.missing(key: "RUN", expected: "the folder of a run, or those of its parts"))
        }
        let folders = try flags.words.map { word in try RunFolder(word, isLenient: true) }
        let areWhole = folders.allSatisfy(\.isWatched)
        if areWhole, folders.count == 1, flags.value("out") != nil {
            throw ConfigurationFault(
                "--out is only for a run in parts and for several runs; the report of one run stays in its directory")
        }
        let path: String
        if areWhole, folders.count > 1 {
            path = try compare(folders, flags)
        } else {
            let directory = areWhole ? folders[0].directory : try gather(folders, flags)
            path = directory.report
            var reader = try reader(of: directory, in: folders[0])
            try Files.write(HTMLReport(reader.read()).page, to: path)
        }
        try StandardOutput.print(path)
        return ExitCode.success
    }

    /// Of a run without a summary nobody has written down what guessing comes to; its data say it, where they are
    /// there.
    private static func reader(of directory: RunDirectory, in folder: RunFolder) throws -> RunReader {
        let data = folder.ending == .open ? try? NamedRun(folder, for: .report, sharesData: false) : nil
        return try RunReader(directory, isLenient: true, chance: data?.assembly.accuracyOfGuessing)
    }

    /// A page about runs that a laboratory watched, each of them whole.
    private static func compare(_ folders: [RunFolder], _ flags: Flags) throws -> String {
        let runs = try folders.map { folder in
            var reader = try reader(of: folder.directory, in: folder)
            return try reader.read()
        }
        return try RunComparison(runs).write(in: flags.value("out") ?? "runs")
    }

    /// One directory out of those that the command names.
    private static func gather(_ folders: [RunFolder], _ flags: Flags) throws -> RunDirectory {
        let parts = try folders.map { folder in try NamedRun(folder, for: .report) }
        let first = parts[0]
        if let other = parts.first(where: { $0.assembly.identity != first.assembly.identity }) {
            throw ConfigurationFault(
                "\(other.directory.path) is no part of the run in \(first.directory.path): "
                    + "their experiments have different identities")
        }
        return try GatheredRun(first.assembly, from: parts.map(\.directory))
            .write(in: flags.value("out") ?? "runs")
    }
}
