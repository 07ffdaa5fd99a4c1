// Median pin: the coordinate-wise median of honest models, where an iteration for the geometric median stands still.
import Kernels
import Registry

/// Sends the coordinate-wise median of the models of the victim's honest neighbours, as far as they were heard (of all
/// heard, where none was), exact or with a little noise. Harmless to most rules; a Weiszfeld iteration that starts or
/// lands there takes it for the end.
public struct MedianPin: ModelAttack {
    public static let name = "medianPin"
    public static let aliases = ["coordinateMedianPin"]
    public static let summary =
        "Sends the median of the victim's neighbours, on which Weiszfeld iterations stand still."
    public static let parameters = [Parameter.number("jitter", 0...1, default: 0, "deviation of the noise, 1e-7 say")]

    private let jitter: Double

    public init(_ parameters: ParameterValues) { jitter = parameters.number("jitter") }

    public var needs: AttackNeeds { AttackNeeds([.heard, .victim]).union(jitter > 0 ? .draws : []) }

    public func plan(seeing view: borrowing AttackView) -> [Float] { Self.median(view.heard.map(\.model)) ?? view.own }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        let senders = view.victim(victim)?.honestSenders ?? []
        let median = Self.median(senders.compactMap { view.model(of: $0.node) }) ?? plan
        guard jitter > 0 else { return .model(median) }
        var noise = [Float](repeating: 0, count: median.count)
        random.fillGaussian(&noise, mean: 0, standardDeviation: jitter)
        return .model(median.moved(1, along: noise))
    }

    private static func median(_ models: [[Float]]) -> [Float]? {
        guard let first = models.first else { return nil }
        var batch = VectorBatch(columns: first.count, capacity: models.count)
        for model in models { batch.append(model) }
        var median = [Float](repeating: 0, count: first.count)
        var span = median.mutableSpan
        columnMedians(batch, into: &span)
        return median
    }
}
