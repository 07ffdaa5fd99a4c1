// PackExperiment: one experiment that a calculation runs by itself.
import JSON
import Registry
import Scenario

/// An experiment of a pack, as JSON.
struct PackExperiment: Sendable {
    /// What messages call it.
    let name: String
    let json: String

    /// Ready to run, with its data.
    func assembly() throws(ConfigurationFault) -> Assembly {
        let source = try ExperimentSource(try StrictJSON.read(Array(json.utf8), name: name), in: name)
        return try Assembly(
            source.experiment, topology: source.topologyFile(of: source.experiment), files: source.dataFiles,
            sharesData: true)
    }
}
