// The faults of an experiment on its topology: who is struck, and whether the plan makes sense.
import Faults
import Graphs
import Kernels
import Registry

extension Experiment {
    /// The plan, resolved and checked.
    func plannedFaults(on topology: Topology) throws(ConfigurationFault) -> [PlannedFault] {
        var plan: [PlannedFault] = []
        for (index, settings) in faults.enumerated() {
            let place = settings.edges.first?.place ?? settings.nodes.place
            do throws(ConfigurationFault) {
                plan.append(try settings.planned(key: "faults.\(index)", index: index, on: topology, of: self))
                try refuseContradiction(of: plan)
            } catch {
                throw place.isEmpty ? error : error.located(at: place)
            }
        }
        return plan
    }

    /// Two cuts at once leave it open which side a node is on.
    private func refuseContradiction(of plan: [PlannedFault]) throws(ConfigurationFault) {
        guard let last = plan.last, last.fault is Partition else { return }
        for (index, earlier) in plan.dropLast().enumerated()
        where earlier.fault is Partition && earlier.rounds.overlaps(last.rounds) {
            throw ConfigurationFault(
                "faults.\(index) and faults.\(plan.count - 1) are partitions at the same time; "
                    + "allowed: one after the other")
        }
    }
}

extension FaultSettings {
    fileprivate func planned(
        key: String, index: Int, on topology: Topology, of experiment: Experiment
    ) throws(ConfigurationFault) -> PlannedFault {
        let last = experiment.training.rounds
        guard from < (until ?? last), from < last else {
            throw ConfigurationFault(
                .notAllowed(
                    key: "\(key).from", given: "\(from)", allowed: "a round before \(min(until ?? last, last))"))
        }
        let fault = try makeFault()
        if fault is SwizzleClog, until == nil {
            throw ConfigurationFault(.missing(key: "\(key).until", expected: "the round in which all links are free"))
        }
        var nodes: [NodeID] = []
        for label in self.nodes.labels { nodes.append(try topology.node(labelled: label, in: "\(key).nodes")) }
        if nodes.isEmpty {
            nodes = PlannedFault.draw(
                share ?? type(of: fault).usualShare, of: topology.nodeCount, seed: experiment.seed, index: index)
        } else if share != nil {
            throw ConfigurationFault("\(key) says whom it strikes both by nodes and by share; allowed: one of them")
        }
        return PlannedFault(
            fault, rounds: from..<(until ?? .max), nodes: Set(nodes).sorted(),
            edges: try links(of: fault, key: "\(key).edges", on: topology))
    }

    private func links(
        of fault: any Fault, key: String, on topology: Topology
    ) throws(ConfigurationFault) -> [(NodeID, NodeID)] {
        guard !edges.isEmpty else { return [] }
        guard fault is any NetworkFault else {
            throw ConfigurationFault("\(key) does not apply to \(self.fault.kind), which strikes nodes")
        }
        var links: [(NodeID, NodeID)] = []
        for pair in edges {
            let a = try topology.node(labelled: pair.labels[0], in: key)
            let b = try topology.node(labelled: pair.labels[1], in: key)
            guard topology.neighbours(of: a).contains(b) else {
                throw ConfigurationFault(
                    "\(key) names the edge '\(pair.labels[0])'-'\(pair.labels[1])', which the topology does not have")
            }
            links.append((a, b))
        }
        return links
    }
}

extension Topology {
    fileprivate func node(labelled label: String, in key: String) throws(ConfigurationFault) -> NodeID {
        guard let node = node(labelled: label) else {
            throw ConfigurationFault(.unknown(noun: "node in \(key)", given: label, known: labels))
        }
        return node
    }
}
