// Experiments: read with their graph, or refused in one line; what is read is written whole and reads back as equal.
import Registry
import Scenario

extension FuzzTargets {
    static let experiments = FuzzTarget("experiments", "experiment files", allocationPerByte: 4_096) {
        try BuiltInExperiments.all.map { Array(try Experiment(Array($0.json.utf8), name: $0.name).resolvedJSON.utf8) }
            + BuiltInExperiments.all.map { Array($0.json.utf8) } + [
                Array(
                    #"""
                    {"topology": {"family": "ring", "nodes": 4}, "task": {"dataset": {"kind": "synthetic"}},
                     "faults": [{"fault": {"kind": "loss", "rate": 0.1}, "from": 3, "until": 9}],
                     "adversary": [{"attack": "signFlip", "count": 1}], "training": {"rounds": 3}}
                    """#.utf8)
            ]
    } violation: { bytes in
        FileReading.violation { () throws(ConfigurationFault) in
            try Experiment(bytes, name: "experiment")
        } again: { experiment throws(ConfigurationFault) in
            guard try Experiment(Array(experiment.resolvedJSON.utf8), name: "again") == experiment else {
                return "written whole, it reads back as another experiment"
            }
            do throws(ConfigurationFault) {
                _ = try experiment.topologyFile(room: TopologyReading.room) { path throws(ConfigurationFault) in
                    throw ConfigurationFault("there are no files", at: path)
                }
                return nil
            } catch {
                return FileReading.violation(error)
            }
        }
    }
}
