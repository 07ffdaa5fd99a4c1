// One axis of a plot: which values it spans, where its ticks stand, and how they are written.
import Kernels

/// Maps values to shares of a length.
struct Axis {
    enum Scale {
        case linear
        /// To base ten; what is not positive has no place on it.
        case logarithmic
    }

    /// How ticks are written.
    enum Format { case whole, percent, power }

    let scale: Scale
    let range: ClosedRange<Double>
    let ticks: [Double]
    private let format: Format
    /// Beyond this, and below its inverse, nothing is drawn.
    private static let greatest = 1e100

    /// A linear axis over `values`, widened to the ticks around them unless it `isTight`.
    init(linear values: [Double], format: Format, isTight: Bool = false) {
        let finite = values.filter { $0.magnitude < Axis.greatest }
        let least = finite.min() ?? 0
        // Equal values get a little room, so that there is a step between ticks.
        let greatest = max(finite.max() ?? 1, least + 1e-6 * max(1, least.magnitude))
        var step = Axis.roundStep(atLeast: (greatest - least) / 5)
        if format == .whole { step = max(1, step) }
        let first = (least / step).rounded(.down)
        let last = max(first + 1, (greatest / step - 1e-9).rounded(.up))
        let marks = stride(from: first, through: last, by: 1).map { $0 * step }
        let range = isTight ? least...max(greatest, least + step) : marks[0]...marks[marks.count - 1]
        scale = .linear
        ticks = marks.filter(range.contains)
        self.range = range
        self.format = format
    }

    /// A logarithmic axis over the positive ones of `values`, in whole decades.
    init(logarithmic values: [Double]) {
        let positive = values.filter { $0 > 1 / Axis.greatest && $0 < Axis.greatest }
        let first = Axis.decade(below: positive.min() ?? 1)
        let last = max(first + 1, -Axis.decade(below: 1 / (positive.max() ?? 1)))
        let decades = stride(from: first, through: last, by: (last - first + 5) / 6).map(Axis.powerOfTen)
        scale = .logarithmic
        range = Axis.powerOfTen(first)...Axis.powerOfTen(last)
        // One or two decades are too few marks.
        let isShort = last - first <= 2
        ticks = isShort ? decades.dropLast().flatMap { [$0, 2 * $0, 5 * $0] } + decades.suffix(1) : decades
        format = .power
    }

    /// Where `value` stands, 0 at the low end and 1 at the high end; `nil` where it has no place.
    func share(of value: Double) -> Double? {
        guard value.isFinite else { return nil }
        switch scale {
        case .linear:
            return (value - range.lowerBound) / (range.upperBound - range.lowerBound)
        case .logarithmic:
            guard value > 0 else { return nil }
            return Elementary.log(value / range.lowerBound) / Elementary.log(range.upperBound / range.lowerBound)
        }
    }

    func text(of tick: Double) -> String {
        switch format {
        case .whole: return rounded(tick, 0)
        case .percent: return "\(rounded(100 * tick, 100 * (range.upperBound - range.lowerBound) < 5 ? 1 : 0)) %"
        case .power:
            let exponent = Axis.decade(below: tick)
            if (-2...2).contains(exponent) { return rounded(tick, max(0, -exponent)) }
            let factor = rounded(tick / Axis.powerOfTen(exponent), 0)
            return (factor == "1" ? "" : "\(factor)·") + "10" + String("\(exponent)".map(superscript))
        }
    }

    /// The least of 1, 2 and 5 times a power of ten that is not below `step`.
    private static func roundStep(atLeast step: Double) -> Double {
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
