// Counter-gradient attack on the common model of personalised learning.
import Kernels
import Learning
import Registry

/// Sends its copy of the common model as a node would whose own model pulls it by the report of the counter-gradient
/// attack, the nearest that the coupling has (Farhadkhani, Guerraoui, Hoang, Villemaud, ICML 2022, arXiv 2202.08578).
/// It knows nothing of others but the common model itself, which all have.
///
/// Under `squaredL2` the common model comes to the target, for step sizes up to N / (6λ(N − 1)) with the mean on a
/// complete graph and own models that are solved for. After `settle` rounds it keeps to the one model that its last
/// report is the pull of: the model attack that this one comes to.
public struct CommonCounterGradient: ModelAttack, TargetedAttack {
    public static let name = "commonCGA"
    public static let aliases = ["personalCGA"]
    public static let summary =
        "Personalised learning: undoes what the others do to the common model, and leads it to the attacker's choice."
    public static let parameters = [
        TargetModel.parameter,
        Parameter.choice(
            "start", ["still", "silent"], default: "still",
            "before it has seen a step: it takes the others for still, or reports 0"),
        Parameter.count("settle", 0...1_000_000, default: 0, "rounds after which it keeps to one model; 0: never"),
    ]
    public static let needsCommonModel = true

    public var target: TargetModel
    private let start: CounterGradientReport.Start
    private let settle: Int
    /// Rounds so far, η and the round of the last one, then the lag of the copy, ρ and the report of the last round; in
    /// the end the model that it keeps to.
    public var memory: [Float] = []

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        target = try TargetModel(parameters)
        start = parameters.text("start") == "silent" ? .silent : .still
        settle = parameters.count("settle")
    }

    public func check(dimension: Int) throws(ConfigurationFault) { try target.check(dimension: dimension) }

    public var needs: AttackNeeds { [.before, .past] }

    public mutating func plan(seeing view: borrowing AttackView) -> [Float] {
        guard let training = view.training else { return view.own }
        let step = training.stepSize * CommonCopy.hostileWeight(seeing: view)
        guard step > 0 else { return view.own }
        let d = view.own.count
        let (rounds, lastStep) = (memory.first ?? 0, memory.count > 1 ? Double(memory[1]) : 0)
        var copy = memory.isEmpty ? CommonCopy() : CommonCopy(memory[2..<(3 + d)])
        let remembered = memory
        func kept(_ place: Int) -> [Double] {
            remembered[(3 + place * d)..<(3 + (place + 1) * d)].map { Double($0) }
        }
        let common = copy.common(seeing: view)
        let isSettled = memory.count == 3 + 4 * d
        var model = isSettled ? kept(3) : nil
        if model == nil, settle > 0, Int(rounds) >= settle, copy.goesOn(in: view) {
            model = StrategicModel.model(pullingBy: kept(2), at: common, under: training.coupling)
        }
        var report: [Double]
        if let model {
            report = training.coupling.gradient(common.moved(-1, along: model))
        } else {
            var attack = CounterGradientReport(
                target: target.model(of: d).map { Double($0) }, start: start,
                last: copy.goesOn(in: view) ? (kept(1), kept(2), lastStep) : nil)
            report = attack.report(at: common, stepSize: step, under: training.coupling)
        }
        report = withinBound(report, of: training.coupling)
        let message = copy.message(pullingBy: report, at: common, seeing: view, training.stepSize)
        memory = [rounds + 1, Float(step)] + copy.floats
        memory += (common + report + (model ?? [])).map { Float($0) }
        return message
    }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery { .model(plan) }
}
