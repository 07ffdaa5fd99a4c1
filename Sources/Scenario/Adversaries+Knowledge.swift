// Whether each group gets to know what its attack must: refused before the run where it does not.
import Aggregation
import Attacks
import Core
import Graphs
import Kernels
import Registry

extension Adversaries {
    func checkKnowledge(
        on topology: Topology, of experiment: Experiment, isConstant: Bool
    ) throws(ConfigurationFault) {
        for (index, group) in groups.enumerated() {
            guard case .forges(let attack) = group.conduct else { continue }
            let key = "adversary.\(index)"
            do throws(ConfigurationFault) {
                if attack.needs.contains(.graph) {
                    try checkGraph(group, key: key, topology, isConstant: isConstant)
                }
                if attack.needs.contains(.oracle) { try checkOracle(group, key: key, experiment) }
                for member in group.members { try check(member, of: group, attack, key: key, topology) }
            } catch {
                throw error.located(at: group.settings.nodes.place)
            }
        }
    }

    /// Whether a member hears those that its attack goes by.
    private func check(
        _ member: NodeID, of group: Group, _ attack: any ModelAttack, key: String, _ topology: Topology
    ) throws(ConfigurationFault) {
        let kind = group.settings.attack.kind
        let label = topology.labels[member.index]
        let heard = heard(by: member, overhearing: group.settings.taps, topology)
        func refuse(_ taps: String, _ reason: String) -> ConfigurationFault {
            ConfigurationFault(
                .notAllowed(
                    key: "\(key).taps", given: group.settings.taps.rawValue, allowed: "\(taps) for \(kind), \(reason)"))
        }
        guard attack.knowledge == .own || !heard.isEmpty else {
            throw refuse("honest", "which goes by honest models; node \(label) hears none")
        }
        var needed: [NodeID] = []
        switch attack.knowledge {
        case .own, .heard: return
        case .tapped: needed = topology.nodes.filter { !forges($0) }
        case .rule:
            let victims = topology.receivers(of: member).filter { !forges($0) }
            needed = victims + victims.flatMap(topology.senders(of:)).filter { !forges($0) }
            if attack.needs.contains(.graph) { needed = topology.nodes.filter { !forges($0) } }
        }
        guard let missing = needed.first(where: { !heard.contains($0) }) else { return }
        throw refuse(
            attack.needs.contains(.graph) ? "honest" : "victims or honest",
            "which must know \(attack.knowledge); node \(label) does not hear node "
                + topology.labels[missing.index])
    }

    private func heard(by member: NodeID, overhearing taps: Taps, _ topology: Topology) -> Set<NodeID> {
        var heard = topology.senders(of: member)
        switch taps {
        case .none: break
        case .victims: heard += topology.receivers(of: member).flatMap(topology.senders(of:))
        case .honest: heard += topology.nodes
        }
        return Set(heard.filter { !forges($0) })
    }

    private func checkGraph(
        _ group: Group, key: String, _ topology: Topology, isConstant: Bool
    ) throws(ConfigurationFault) {
        guard isConstant, !topology.directed else {
            throw ConfigurationFault(
                "\(key).attack \(group.settings.attack.kind) goes by the spectrum of the honest graph; the topology "
                    + "must be undirected and the same in all rounds")
        }
    }

    /// What of a victim's mix can be played without its data and its past.
    private func checkOracle(
        _ group: Group, key: String, _ experiment: Experiment
    ) throws(ConfigurationFault) {
        let name = "\(key).attack \(group.settings.attack.kind)"
        guard experiment.timing.kind == .synchronous else {
            throw ConfigurationFault(
                "\(name) plays the victims' mixes, and nobody knows what one holds where timing.kind is asynchronous; "
                    + "allowed: synchronous")
        }
        let rule = try experiment.aggregation.makeRule()
        let exchange = try experiment.training.makeExchange()
        guard !(rule is any LossAwareRule),
            !rule.needs.contains(.modelBefore) || !type(of: exchange).sendsModels
        else {
            throw ConfigurationFault(
                "\(name) plays the victims' mixes, and aggregation.rule \(experiment.aggregation.rule.kind) goes by a "
                    + "victim's own data or last model, which no attacker has")
        }
    }
}
