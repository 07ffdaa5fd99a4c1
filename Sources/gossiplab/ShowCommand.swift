// gossiplab show: the JSON of a built-in experiment, to read or to start one's own from.
import Kernels
import Platform
import Scenario

enum ShowCommand: Command {
    static let name = "show"
    static let usage = "show NAME"
    static let summary = "Prints a built-in experiment's JSON."
    static let flags = [
        Flag("topology", nil, "print its topology file instead"),
        Flag("resolved", nil, "print it with every key and default filled in"),
    ]

    static func run(_ flags: Flags) throws -> Int32 {
        guard let name = flags.words.first, flags.words.count == 1 else {
            throw ConfigurationFault(
                .missing(key: "the name", expected: BuiltInExperiments.all.map(\.name).joined(separator: ", ")))
        }
        let builtIn = try BuiltInExperiments.named(name)
        let experiment = try Experiment(Array(builtIn.json.utf8), name: name)
        if flags.has("topology") {
            print(try experiment.topologyFile(reading: builtIn.read).write())
        } else {
            print(flags.has("resolved") ? experiment.resolvedJSON : builtIn.json)
        }
        return ExitCode.success
    }
}
