// The summary as a person reads it on a terminal: the worst node first.
import Metrics
import Platform
import Scenario

extension RunSummary {
    /// A few lines of text; nothing in it is wider than a terminal of 80 columns but the digest.
    public func table(runDirectory: String?) -> String {
        var lines: [String] = []
        func row(_ name: String, _ value: String) {
            lines.append(name + String(repeating: " ", count: max(1, 22 - name.count)) + value)
        }
        lines.append(verdict.text)
        lines.append("")
        if let final {
            let worst = byAccuracy.prefix(3).map { "\($0.label): \(percent($0.accuracy))" }.joined(separator: "   ")
            row("accuracy, worst", "\(rounded(final.accuracy.least, 4))   (\(worst))")
            row("          mean", rounded(final.accuracy.mean, 4))
            row("          best", rounded(final.accuracy.greatest, 4))
            row("          average model", rounded(final.averageModelAccuracy, 4))
            func relative(_ share: Double?) -> String { share.map { "   (relative \(rounded($0, 4)))" } ?? "" }
            let distance = final.distance
            row("consensus distance", "\(rounded(distance.rootMeanSquare, 5))\(relative(distance.relative))")
            row("          median node", "\(rounded(distance.median, 5))\(relative(distance.medianRelative))")
        }
        if let learning {
            row("learning error", "\(rounded(learning.gradientNorm, 5))   (gradient norm at the average model)")
            row("generalization gap", rounded(learning.generalizationGap, 4))
        }
        if let trainLoss = totals.trainLoss { row("training loss", rounded(trainLoss, 4)) }
        row("nodes", "\(nodes), hostile \(hostile.isEmpty ? "none" : hostile.joined(separator: " "))")
        if let data = data.inWords { row("samples a node", data) }
        let done = interruption.map { "\($0.range) of \(rounds)" } ?? "\(rounds)"
        row("rounds", "\(done) in \(rounded(wallSeconds, 2)) s (\(engine.rawValue), \(transport))")
        if moments.missed > 0 {
            row(
                "evaluation points",
                "\(moments.missed) of \(moments.planned) missing: overwritten before they were read")
        }
        row("traffic", "\(totals.messagesSent) messages, \(rounded(Double(totals.bytesSent) / 1e6, 1)) MB")
        row("late, missed models", "\(totals.lateModels), \(totals.missedModels)")
        if !totals.rejections.isEmpty {
            row("refused", totals.rejections.map { "\($0.reason) \($0.count)" }.joined(separator: ", "))
        }
        if let description = screening.description { row("rule", description) }
        if totals.degradedMixes > 0 {
            row("degraded", "\(totals.degradedMixes) mixes heard too few neighbours to withstand what was declared")
        }
        if totals.unfinishedMixes > 0 {
            row("unfinished", "\(totals.unfinishedMixes) mixes were stopped by the limit of the rule's iteration")
        }
        for node in lost where interruption == nil || node.reason != LostNode.stopped {
            row("lost", "\(node.isHostile ? "hostile" : "honest") node \(node.label): \(node.reason)")
        }
        for sentence in runWarnings { row("warning", sentence) }
        if usesOracle { row("oracle", "rules were told the true number of hostile nodes") }
        if !modelDigest.isEmpty { row("model digest", modelDigest) }
        if let interruption {
            for (name, value) in rows(of: interruption, in: runDirectory.map { RunDirectory($0) }) { row(name, value) }
        }
        if let runDirectory { row("results", runDirectory) }
        return lines.map(printable).joined(separator: "\n")
    }
}
