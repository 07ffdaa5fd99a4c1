// gossiplab show: the JSON of a built-in experiment or sweep, to read or to start one's own from.
import Harness
import JSON
import Platform
import Registry
import Scenario

enum ShowCommand: Command {
    static let name = "show"
    static let usage = "show NAME or FILE"
    static let summary = "Prints the JSON of an experiment, or of a built-in sweep."
    static let flags = [
        Flag("topology", nil, "print an experiment's topology file instead"),
        Flag("resolved", nil, "print it with every key and default filled in"), InputFiles.flag,
    ]

    static let examples = [
        Example("show quickstart", "the JSON of a built-in experiment"),
        Example("show mine.json --resolved", "a file of your own with every default filled in"),
    ]

    static func argument(after words: [String]) -> Completion { words.isEmpty ? CatalogWords.shown : .nothing }

    static func run(_ flags: Flags) throws -> Int32 {
        guard let name = flags.words.first, flags.words.count == 1 else {
            let known = (BuiltInExperiments.all.map(\.name) + BuiltInSweeps.all.map(\.name)).joined(separator: ", ")
            throw ConfigurationFault(.missing(key: "the name", expected: "\(known), or a file"))
        }
        if BuiltInSweeps.all.contains(where: { $0.name == name }) {
            guard !flags.has("topology"), !flags.has("resolved") else {
                throw ConfigurationFault("\(name) is a sweep, which has no topology and no defaults of its own")
            }
            try StandardOutput.print(json: BuiltInSweeps.named(name).json)
            return ExitCode.success
        }
        guard isPath(name) || BuiltInExperiments.all.contains(where: { $0.name == name }) else {
            throw ConfigurationFault(
                .unknown(
                    noun: "experiment or sweep", given: name,
                    known: BuiltInExperiments.all.map(\.name) + BuiltInSweeps.all.map(\.name)))
        }
        let source = try ExperimentSource(named: name, inputs: InputFiles(flags))
        if flags.has("topology") {
            try StandardOutput.print(json: source.topologyFile(of: source.experiment).write())
        } else if flags.has("resolved") {
            try StandardOutput.print(json: source.experiment.resolvedJSON)
        } else {
            try StandardOutput.print(
                json: BuiltInExperiments.all.first { $0.name == name && !isPath(name) }?.json
                    ?? JSONText.pretty(source.json))
        }
        return ExitCode.success
    }
}
