// gossiplab show: the JSON of a built-in experiment or sweep, to read or to start one's own from.
import Platform
import Registry
import Scenario

enum ShowCommand: Command {
    static let name = "show"
    static let usage = "show NAME"
    static let summary = "Prints the JSON of a built-in experiment or sweep."
    static let flags = [
        Flag("topology", nil, "print an experiment's topology file instead"),
        Flag("resolved", nil, "print it with every key and default filled in"),
    ]

    static func run(_ flags: Flags) throws -> Int32 {
        let experiments = BuiltInExperiments.all.map(\.name)
        let sweeps = BuiltInSweeps.all.map(\.name)
        guard let name = flags.words.first, flags.words.count == 1 else {
            throw ConfigurationFault(
                .missing(key: "the name", expected: (experiments + sweeps).joined(separator: ", ")))
        }
        if sweeps.contains(name) {
            guard !flags.has("topology"), !flags.has("resolved") else {
                throw ConfigurationFault("\(name) is a sweep, which has no topology and no defaults of its own")
            }
            try StandardOutput.print(json: BuiltInSweeps.named(name).json)
            return ExitCode.success
        }
        guard experiments.contains(name) else {
            throw ConfigurationFault(
                .unknown(noun: "experiment or sweep", given: name, known: experiments + sweeps))
        }
        let builtIn = try BuiltInExperiments.named(name)
        let experiment = try Experiment(Array(builtIn.json.utf8), name: name)
        if flags.has("topology") {
            try StandardOutput.print(json: experiment.topologyFile(reading: builtIn.read).write())
        } else {
            try StandardOutput.print(json: flags.has("resolved") ? experiment.resolvedJSON : builtIn.json)
        }
        return ExitCode.success
    }
}
