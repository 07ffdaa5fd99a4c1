// One axis of a plot: which values it spans, where its ticks stand, and how they are written.
import Kernels

/// Maps values to shares of a length.
struct Axis {
    enum Scale {
        case linear
        /// To base ten; zero has no place on it.
        case logarithmic
    }

    /// How ticks are written.
    private enum Format { case plain, decimal(places: Int), percent(decimals: Int), power }

    /// What a logarithmic axis may span; no measured figure is beyond it.
    private static let decades = 1e-99...1e99
    /// Ticks of shares are no closer: half a percent.
    private static let leastShareStep = 0.005

    /// Whether its values are from 0 to 1 and read as percentages.
    var isOfShares: Bool { if case .percent = format { true } else { false } }

    let scale: Scale
    let range: ClosedRange<Double>
    let ticks: [Double]
    private let format: Format

    /// An axis that begins and ends with these counts, with ticks between them.
    init(counts: [Int]) {
        let (least, greatest) = (Double(counts.min() ?? 0), Double(counts.max() ?? 1))
        let step = max(1, Axis.roundStep(atLeast: (greatest - least) / 5))
        scale = .linear
        range = least...max(greatest, least + step)
        ticks = Axis.multiples(of: step, around: range).filter(range.contains)
        format = .plain
    }

    /// An axis over `values`, widened to the ticks around them.
    init(values: [Double]) {
        let (least, greatest) = (values.min() ?? 0, values.max() ?? 1)
        let step = Axis.roundStep(atLeast: max(1e-12, (greatest - least) / 5))
        scale = .linear
        ticks = Axis.multiples(of: step, around: least...greatest)
        range = ticks[0]...ticks[ticks.count - 1]
        format = .decimal(places: max(0, -Axis.decade(below: step)))
    }

    /// An axis over `shares`, widened to the ticks around them.
    init(shares: [Double]) {
        let (least, greatest) = (shares.min() ?? 0, shares.max() ?? 1)
        let step = Axis.roundStep(atLeast: max(Axis.leastShareStep, (greatest - least) / 5))
        scale = .linear
        ticks = Axis.multiples(of: step, around: least...greatest)
        range = ticks[0]...ticks[ticks.count - 1]
        format = .percent(decimals: step < 0.01 ? 1 : 0)
    }

    /// A logarithmic axis over the positive ones of `values`: in whole decades or, of at most two, in steps of 1, 2, 5.
    init(logarithmic values: [Double]) {
        let positive = values.filter(Axis.decades.contains)
        let first = Axis.decade(below: positive.min() ?? 1)
        let last = max(first + 1, -Axis.decade(below: 1 / (positive.max() ?? 1)))
        let powers = stride(from: first, through: last, by: (last - first + 5) / 6).map(Axis.powerOfTen)
        scale = .logarithmic
        // One or two decades are too few marks, and may be much more than what is to be seen.
        let isShort = last - first <= 2
        let fine = powers.dropLast().flatMap { [$0, 2 * $0, 5 * $0] } + powers.suffix(1)
        let low = fine.lastIndex { $0 <= (positive.min() ?? 1) * (1 + 1e-9) } ?? 0
        let high = fine.firstIndex { $0 >= (positive.max() ?? 1) * (1 - 1e-9) } ?? fine.count - 1
        ticks = isShort ? Array(fine[low...max(high, min(low + 1, fine.count - 1))]) : powers
        range =
            isShort && ticks.count > 1
            ? ticks[0]...ticks[ticks.count - 1] : Axis.powerOfTen(first)...Axis.powerOfTen(last)
        format = first >= -3 && last <= 3 ? .plain : .power
    }

    /// Where `value` stands, 0 at the low end and 1 at the high end; `nil` where it has no place.
    func share(of value: Double) -> Double? {
        switch scale {
        case .linear:
            return (value - range.lowerBound) / (range.upperBound - range.lowerBound)
        case .logarithmic:
            // The axis's own ends may be rounded to beyond the decades.
            guard Axis.decades.contains(value) || range.contains(value) else { return nil }
            return Elementary.log(value / range.lowerBound) / Elementary.log(range.upperBound / range.lowerBound)
        }
    }

    func text(of tick: Double) -> String {
        switch format {
        case .plain: return rounded(tick, tick > 0 ? max(0, -Axis.decade(below: tick)) : 0)
        case .decimal(let places): return rounded(tick, places)
        case .percent(let decimals): return "\(rounded(100 * tick, decimals)) %"
        case .power:
            let exponent = Axis.decade(below: tick)
            let factor = rounded(tick / Axis.powerOfTen(exponent), 0)
            return (factor == "1" ? "" : "\(factor)·") + "10" + String("\(exponent)".map(superscript))
        }
    }

    /// The multiples of `step` from the last one not above `range` to the first one not below it; at least two.
    private static func multiples(of step: Double, around range: ClosedRange<Double>) -> [Double] {
        // A multiple that is only rounded to above the bound is on it.
        let first = (range.lowerBound / step + 1e-9).rounded(.down)
        let last = max(first + 1, (range.upperBound / step - 1e-9).rounded(.up))
        return stride(from: first, through: last, by: 1).map { $0 * step }
    }

    /// The least of 1, 2 and 5 times a power of ten that is not below `step`.
    private static func roundStep(atLeast step: Double) -> Double {
        guard step > 0 else { return 1 }
        let unit = powerOfTen(decade(below: step))
        return unit * ([1, 2, 5].first { $0 * unit >= step * (1 - 1e-9) } ?? 10)
    }

    /// The exponent of the greatest power of ten that is not above `value`, which is positive.
    static func decade(below value: Double) -> Int {
        Int((Elementary.log(value) / Elementary.log(10) + 1e-9).rounded(.down))
    }

    static func powerOfTen(_ exponent: Int) -> Double {
        let power = (0..<exponent.magnitude).reduce(1.0) { power, _ in power * 10 }
        return exponent < 0 ? 1 / power : power
    }
}

private func superscript(_ character: Character) -> Character {
    let digits: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
    return character.wholeNumberValue.map { digits[$0] } ?? "⁻"
}
