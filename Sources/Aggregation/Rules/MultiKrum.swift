// Multi-Krum: the mean of the best rows by Krum's scores. Some codes return their sum.
import Kernels
import Registry

/// The mean of the m inputs with the least Krum scores (Blanchard, El Mhamdi, Guerraoui, Stainer, NeurIPS 2017, arXiv
/// 1703.02757); m is n − f, as in ByzFL, or n − f − 2, as in Garfield.
public struct MultiKrum: AggregationRule {
    public static let name = "multiKrum"
    public static let aliases = ["MultiKrum", "multi-krum"]
    public static let summary = "Mean of the inputs with the least Krum scores."
    /// What is kept has a score no worse than the worst honest one, so an honest input is near; exchange what is kept
    /// beyond the honest for the honest that are not, pair by pair.
    public static let robustness = Robustness.diameter(
        Coefficient("f/(n-f)·(1+√((n-f-1)/(n-2f)))") { n, f in
            f / (n - f) * (1 + ((n - f - 1) / (n - 2 * f)).squareRoot())
        })
    public static let cost = "n² d"
    public static let source = "Blanchard, El Mhamdi, Guerraoui, Stainer, NeurIPS 2017, arXiv 1703.02757, section 5"
    public static let isSelection = true
    public static let parameters = [
        KrumScores.parameter,
        Parameter.choice("selected", ["n-f", "n-f-2"], default: "n-f", "m: how many inputs are averaged"),
    ]

    private let scores: KrumScores
    private let fewer: Int

    public init(_ parameters: ParameterValues) {
        scores = KrumScores(parameters)
        fewer = parameters.text("selected") == "n-f" ? 0 : 2
    }

    public func aggregate(
        _ inputs: borrowing VectorBatch, context: borrowing AggregationContext, into output: inout MutableSpan<Float>,
        report: inout MixReport, scratch: inout Scratch
    ) {
        squaredDistances(among: inputs, into: &scratch.pairs)
        scratch.chooseAll(inputs.rows)
        scores.judge(rows: inputs.rows, hostile: context.hostile, &scratch)
        scratch.chooseFirst(max(1, inputs.rows - context.hostile - fewer), pinned: context.pinned)
        scratch.averageChosen(of: inputs, into: &output, report: &report)
    }
}
