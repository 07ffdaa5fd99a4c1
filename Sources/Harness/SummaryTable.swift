// The summary as a person reads it on a terminal: the worst node first.
import Learning
import Metrics
import Platform
import Scenario

extension Spread {
    /// Of what is the better the less it is: "2.1e-7   (mean 1.0e-7, average model 3.1e-9)".
    fileprivate var inWords: String {
        "\(significant(greatest))   (mean \(significant(mean)), average model \(significant(averageModel)))"
    }
}

extension Certificate {
    /// "gradient norm 1.2e-13, so at most 1.2e-9 off".
    fileprivate var inWords: String {
        let name = kind == .gradientNorm ? "gradient norm" : "duality gap"
        return "\(name) \(significant(measured)), so at most \(significant(distance)) off"
    }
}

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
            let measure = final.test.measure
            let worst = worstFirst.prefix(3).map { "\($0.label): \(measure.figure($0.score))" }
            func figure(_ score: Double) -> String {
                measure == .accuracy ? rounded(score, 4) : significant(score)
            }
            row("\(measure.rawValue), worst", "\(figure(final.test.worst))   (\(worst.joined(separator: "   ")))")
            row("          mean", figure(final.test.spread.mean))
            row("          best", figure(final.test.best))
            row("          average model", figure(final.test.spread.averageModel))
            if let validation = final.validation {
                row("validation, worst", "\(figure(validation.worst))   (mean \(figure(validation.spread.mean)))")
            }
            if let optimum = final.optimum {
                row("excess loss, worst", optimum.excessLoss.inWords)
                row("from optimum, worst", optimum.distance.inWords)
            }
            if let certificate { row("optimum", certificate.inWords) }
            func relative(_ share: Double?) -> String { share.map { "   (relative \(rounded($0, 4)))" } ?? "" }
            let distance = final.distance
            row("consensus distance", "\(rounded(distance.rootMeanSquare, 5))\(relative(distance.relative))")
            row("          median node", "\(rounded(distance.median, 5))\(relative(distance.medianRelative))")
        }
        if let learning {
            row("learning error", "\(rounded(learning.gradientNorm, 5))   (gradient norm at the average model)")
            row("generalization gap", rounded(learning.generalizationGap, 4))
        }
        for measure in MeasureCatalog.all {
            if let (name, value) = measure.line(of: figures, in: experiment) { row(name, value) }
        }
        if let privacy { row("privacy, worst ε", privacy.inWords) }
        if let trainLoss = totals.trainLoss { row("training loss", rounded(trainLoss, 4)) }
        row("nodes", "\(nodes), hostile \(hostile.isEmpty ? "none" : hostile.joined(separator: " "))")
        for group in placements { row("placed", group.inWords) }
        if let data = data.inWords { row("samples a node", data) }
        let done = interruption.map { "\($0.range) of \(rounds)" } ?? "\(rounds)"
        row("rounds", "\(done) in \(rounded(wallSeconds, 2)) s (\(engine.rawValue), \(transport))")
        if let absences { row("away", absences.inWords(perNode.map(\.label))) }
        if moments.missed > 0 {
            row(
                "evaluation points",
                "\(moments.missed) of \(moments.planned) missing: overwritten before they were read")
        }
        row("traffic", "\(totals.messagesSent) messages, \(rounded(Double(totals.bytesSent) / 1e6, 1)) MB")
        row("late, missed models", "\(totals.lateModels), \(totals.missedModels)")
        if !strikes.isEmpty { row("faults", strikes.map { "\($0.kind) \($0.count)" }.joined(separator: ", ")) }
        if !totals.rejections.isEmpty {
            row("refused", totals.rejections.map { "\($0.reason) \($0.count)" }.joined(separator: ", "))
        }
        if let plausibility { row("check of messages", plausibility.description) }
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
