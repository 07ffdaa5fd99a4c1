// Doubts about push-sum: what becomes of masses on a graph, among hostile nodes and under faults.
import Attacks
import Core
import Graphs
import Kernels
import Registry

extension Warnings {
    /// Whether models travel with masses, which take the place of weights.
    var carriesMass: Bool { pushSum != nil }

    private var pushSum: PushSumExchange? { (try? experiment.training.makeExchange()) as? PushSumExchange }

    var ofMass: [String] { carriesMass ? [thinMass, lostMass, forgedMass].compactMap(\.self) : [] }

    private var thinMass: String? {
        guard let pushSum, graphs.isConstant, let shares = topology.massShares,
            let least = shares.indices.min(by: { shares[$0] < shares[$1] })
        else { return nil }
        let mass = shares[least] * Double(shares.count)
        guard mass * pushSum.longest < 1 else { return nil }
        let part = mass < 0.001 ? "less than 0.001" : "\((mass * 1000).rounded() / 1000)"
        return
            "the mass of \(names([NodeID(least)])) under training.exchange pushSum tends to \(part) of the mean, and "
            + "steps are made longer up to \(ParameterValue.number(pushSum.longest)) times "
            + "(training.exchange.longest): what it learns counts for less than what others learn"
    }

    private var lostMass: String? {
        guard !experiment.faults.isEmpty else { return nil }
        return "under training.exchange pushSum a message that is lost or late takes its share of the mass along for "
            + "good: with faults, nodes come to no plain average"
    }

    private var forgedMass: String? {
        let forges = experiment.adversary.contains { ((try? $0.makeAttack()) as? any ModelAttack) != nil }
        guard forges else { return nil }
        return "training.exchange pushSum withstands no hostile node: who overstates its mass counts for more, and for "
            + "good"
    }
}

extension Assembly {
    /// What a run in which so many models were missed has to say of masses.
    public func lostMass(missed: Int) -> [String] {
        guard carriesMass, missed > 0 else { return [] }
        return ["\(missed) missed models took their mass along: the nodes come to no plain average"]
    }
}
