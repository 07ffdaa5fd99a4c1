// Procrastination attack: true models, sent late on purpose. It tests who is waited for, not the rule.
import Kernels
import Registry

/// Sends its true model a while after its own step: to everyone in every round, or so that each victim, or each hostile
/// node of a group, has its turn; in other rounds it is in time. Victims in turn, one after the other along a path, are
/// what lets delays add up.
public struct Procrastinate: ModelAttack {
    public static let name = "procrastinate"
    public static let aliases = ["late", "delay"]
    public static let summary = "Sends its true model late, and so uses up its neighbours' waiting budget."
    public static let forgesModels = false
    public static let parameters = [
        Parameter.number("share", 0.0001...0.99, default: 0.95, "of the deadline after which it sends"),
        Parameter.choice(
            "by", ["round", "victim", "liar"], default: "round",
            "who takes turns: rounds, victims or hostile nodes"),
        Parameter.count(
            "turns", 1...64, default: 1, "rounds until it is the same one's turn again"),
    ]

    private let share: Double
    private let by: String
    private let turns: Int

    public init(_ parameters: ParameterValues) {
        share = parameters.number("share")
        by = parameters.text("by")
        turns = parameters.count("turns")
    }

    public func delay(of hostileNode: NodeID, for victim: NodeID, in round: Round) -> Double {
        let place =
            switch by {
            case "victim": victim.index
            case "liar": hostileNode.index
            default: 0
            }
        return round.number % turns == place % turns ? share : 0
    }

    public var needs: AttackNeeds { .own }

    public func plan(seeing view: borrowing AttackView) -> [Float] { view.own }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        .model(plan)
    }
}
