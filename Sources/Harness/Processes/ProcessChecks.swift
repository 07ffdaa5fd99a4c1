// What of a run of real processes can be refused before anything is written.
import Faults
import Platform
import Registry
import Scenario

extension ProcessRun {
    /// Finds what on this host would stop a run, before anything is written.
    public static func checkLimits(for assembly: Assembly) throws(ConfigurationFault) {
        // Nodes inherit the limit.
        let limit = HostLimits.raiseOpenFiles()
        let degree = greatestDegree(of: assembly)
        try HostLimits.check(
            openFiles: HostLimits.openFiles(forLinks: degree), for: "a node of \(degree) links", limit: limit.soft)
        let nodes = assembly.topology.nodeCount
        try HostLimits.check(
            openFiles: HostLimits.openFiles(forLinks: nodes), for: "a laboratory of \(nodes) nodes", limit: limit.soft)
        try HostLimits.check(processes: nodes, for: "\(nodes) nodes")
    }

    /// The most links of any node, over all rounds.
    static func greatestDegree(of assembly: Assembly) -> Int {
        var degrees = [Int](repeating: 0, count: assembly.topology.nodeCount)
        for (one, other) in assembly.topologyFile.links {
            degrees[one.index] += 1
            degrees[other.index] += 1
        }
        return degrees.max() ?? 0
    }

    /// Refuses a plan with faults that only the simulator can make.
    public static func checkFaults(of assembly: Assembly) throws(ConfigurationFault) {
        for (index, planned) in assembly.faults.enumerated() {
            switch (planned.fault as? any NodeFault)?.kind {
            case .crash, .pause: continue
            default:
                throw ConfigurationFault(
                    "faults.\(index) is \(type(of: planned.fault).name), which happens in 'gossiplab simulate' only; "
                        + "allowed with processes: \(Crash.name), \(Pause.name)")
            }
        }
    }

    /// Finds out whether there is a node program at all.
    public static func check(program: String) throws(ConfigurationFault) {
        guard Files.exists(program) else {
            throw ConfigurationFault("there is no node program at \(program); build it with 'swift build'")
        }
    }
}
