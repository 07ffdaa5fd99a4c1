// Random subset: in every round some neighbours are served honestly, and the others not, so that they see different
// worlds.
import Kernels
import Registry

/// Serves each neighbour honestly with probability p, with its own model or with a copy of one that it heard, and sends
/// the others nothing, or what is no number, or what undoes their gossip step.
public struct RandomSubset: ModelAttack {
    public static let name = "randomSubset"
    public static let aliases = ["subsetIsolation", "selectiveSilence"]
    public static let summary = "Serves some neighbours honestly, drawn anew in every round, and the others not."
    public static let parameters = [
        Parameter.number("share", 0...1, default: 0.5, "p: of the neighbours that are served honestly"),
        Parameter.choice("served", ["own", "mimic"], default: "own", "what these are sent"),
        Parameter.choice(
            "rest", ["silence", "notFinite", "dissensus"], default: "silence", "what the others are sent"),
    ]

    private let share: Double
    private let sendsCopy: Bool
    private let rest: String
    private let dissensus: Dissensus

    public init(_ parameters: ParameterValues) {
        share = parameters.number("share")
        sendsCopy = parameters.text("served") == "mimic"
        rest = parameters.text("rest")
        dissensus = Dissensus(.defaults(Dissensus.parameters))
    }

    public var needs: AttackNeeds {
        var needs: AttackNeeds = [.draws]
        if !sendsCopy || rest == "notFinite" { needs.insert(.own) }
        if sendsCopy { needs.formUnion([.own, .heard]) }
        if rest == "dissensus" { needs.formUnion([.own, .heard, .victim]) }
        return needs
    }

    public struct Plan: Sendable {
        let served: [Float]
        let mean: [Float]
    }

    public func plan(seeing view: borrowing AttackView) -> Plan {
        Plan(served: sendsCopy ? view.heard.first?.model ?? view.own : view.own, mean: view.meanOfHeard())
    }

    public func forge(
        for victim: NodeID, by plan: Plan, seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        guard random.uniform() >= share else { return .model(plan.served) }
        switch rest {
        case "silence": return .silence
        case "notFinite": return .model([Float](repeating: .nan, count: plan.served.count))
        default: return dissensus.forge(for: victim, by: plan.mean, seeing: view, random: &random)
        }
    }
}
