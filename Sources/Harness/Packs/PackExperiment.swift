// PackExperiment: one experiment that a calculation runs by itself.
import JSON
import Registry
import Scenario

/// An experiment of a pack, as JSON.
struct PackExperiment: Sendable {
    /// What messages call it.
    let name: String
    let json: String

    /// Ready to run, with its data; for so many rounds only, where they are given.
    func assembly(rounds: Int? = nil) throws(ConfigurationFault) -> Assembly {
        let source = try ExperimentSource(try StrictJSON.read(Array(json.utf8), name: name), in: name)
        var experiment = source.experiment
        if let rounds { experiment.training.rounds = rounds }
        return try Assembly(
            experiment, topology: source.topologyFile(of: experiment), files: source.dataFiles,
            sharesData: true)
    }
}

extension [Double] {
    /// As an experiment's parameter has it, in single precision: `"1,2"`.
    var parameter: String { "\"" + map { "\(Float($0))" }.joined(separator: ",") + "\"" }
}
