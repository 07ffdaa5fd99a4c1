// CounterGradientReport: the reports of the counter-gradient attack, which lead the common model to one of the
// attacker's choice.
import Kernels

/// CGA (arXiv 2202.08578, section 4.2): what the others pull by is read off the last step, G ≈ (ρ' − ρ)/η' − g', and
/// the report g = (ρ − θ†)/η − G undoes it and goes the rest of the way; under a bounded coupling it is the nearest
/// gradient that a model could have.
///
/// η is the step of a server that subtracts the sum of all gradients; where n nodes average their copies after a step
/// of η each, that is η/n.
public struct CounterGradientReport: Sendable {
    /// What it takes the others for before it has seen a step.
    public enum Start: String, Sendable, CaseIterable {
        /// For still, as the paper does.
        case still
        /// It reports 0 at first: one round slower.
        case silent
    }

    /// θ†.
    public let target: [Double]
    public let start: Start
    /// Of the round before.
    public private(set) var last: (common: [Double], report: [Double], stepSize: Double)?

    public init(
        target: [Double], start: Start = .still, last: (common: [Double], report: [Double], stepSize: Double)? = nil
    ) {
        self.target = target
        self.start = start
        self.last = last
    }

    /// The report at ρ.
    public mutating func report(
        at common: [Double], stepSize: Double, under coupling: any Coupling
    ) -> [Double] {
        var report = [Double](repeating: 0, count: common.count)
        if let last {
            for j in report.indices {
                report[j] =
                    last.report[j] + (common[j] - target[j]) / stepSize - (last.common[j] - common[j]) / last.stepSize
            }
        } else if start == .still {
            for j in report.indices { report[j] = (common[j] - target[j]) / stepSize }
        }
        report = coupling.projected(report)
        last = (common, report, stepSize)
        return report
    }
}
