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
            openFiles: HostLimits.openFiles(forLinks: nodes + openFilesOfFaultyLinks(of: assembly)),
            for: "a laboratory of \(nodes) nodes", limit: limit.soft)
        try HostLimits.check(processes: nodes, for: "\(nodes) nodes")
    }

    /// What the laboratory opens where messages go through it: for each edge a listener, and a few connections of two
    /// ends.
    private static func openFilesOfFaultyLinks(of assembly: Assembly) -> Int {
        assembly.faults.contains { $0.fault is any NetworkFault } ? 5 * assembly.topologyFile.links.count : 0
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

    /// Refuses a plan with faults that cannot be made of real processes.
    public static func checkFaults(of assembly: Assembly) throws(ConfigurationFault) {
        for (index, planned) in assembly.faults.enumerated() {
            let name = type(of: planned.fault).name
            if case .clockJump = (planned.fault as? any NodeFault)?.kind {
                throw ConfigurationFault(
                    "faults.\(index) is \(name), and all processes of a machine share its clock; allowed in 'gossiplab "
                        + "simulate' only")
            }
            guard planned.fault is any NetworkFault else { continue }
            for (label, address) in zip(assembly.topology.labels, assembly.topology.addresses) {
                guard let address, !address.hasSuffix(":0") else { continue }
                throw ConfigurationFault(
                    "faults.\(index) is \(name), and node '\(label)' has the address \(address), where its neighbours "
                        + "would reach it past all faults; allowed: no address, or port 0")
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
