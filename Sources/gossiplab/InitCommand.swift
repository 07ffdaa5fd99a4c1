// gossiplab init: files of an experiment to start one's own from.
import Harness
import Platform
import Registry

enum InitCommand: Command {
    static let name = "init"
    static let usage = "init NAME"
    static let summary = "Writes NAME.json and NAME-topology.json to start your own experiment from."
    static let flags = [
        Flag(
            "from", "EXPERIMENT", "a built-in experiment or a file (default quickstart)",
            values: CatalogWords.experiments), InputFiles.flag,
    ]
    static let examples = [
        Example("init mine", "the quickstart as files of your own"),
        Example("init studies/ring --from ring-16", "another start, in a folder"),
    ]

    static func run(_ flags: Flags) throws -> Int32 {
        guard let name = flags.words.first, flags.words.count == 1 else {
            throw ConfigurationFault(.missing(key: "NAME", expected: "what the new experiment is called, as in mine"))
        }
        let source = try ExperimentSource(
            named: flags.value("from") ?? "quickstart", inputs: InputFiles(flags))
        let start = try ExperimentStart(name, from: source)
        try start.write()
        try StandardOutput.print(lines: [start.experimentPath, start.topologyPath])
        StandardError.print(
            "'gossiplab check \(start.experimentPath)' says what theory promises of it, "
                + "'gossiplab run \(start.experimentPath)' runs it")
        return ExitCode.success
    }
}
