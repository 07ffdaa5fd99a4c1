// gossiplab report: the page of a run, made anew from its files.
import Harness
import Kernels
import Platform
import Scenario

enum ReportCommand: Command {
    static let name = "report"
    static let usage = "report RUN"
    static let summary = "Rebuilds report.html of a run, ended or not, from its files, and prints its path."
    static let flags: [Flag] = []

    static func run(_ flags: Flags) throws -> Int32 {
        let directory = try runDirectory(flags)
        var reader = try RunReader(directory)
        try Files.write(HTMLReport(reader.read()).page, to: directory.report)
        print(directory.report)
        return ExitCode.success
    }
}
