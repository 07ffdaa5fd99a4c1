// Sparkline: a curve as one line of text.

/// A series of values as blocks of eight heights.
struct Sparkline {
    private static let blocks = Array("▁▂▃▄▅▆▇█")

    /// Of what the heights go from and to.
    let range: ClosedRange<Double>

    /// Over everything that is finite in these series, so that several curves share a scale; `nil` where nothing is.
    init?(over series: [[Double?]]) {
        let values = series.joined().compactMap(\.self).filter(\.isFinite)
        guard let least = values.min(), let greatest = values.max() else { return nil }
        range = least...greatest
    }

    /// - Parameters:
    ///   - series: in order; blank where a value is missing.
    ///   - columns: of more values the last of each group is shown.
    func text(_ series: [Double?], columns: Int) -> String {
        guard columns > 0, !series.isEmpty else { return "" }
        let count = min(columns, series.count)
        return String(
            (1...count).map { column in
                guard let value = series[series.count * column / count - 1], value.isFinite else { return " " }
                return block(value)
            })
    }

    private func block(_ value: Double) -> Character {
        // Halves: the difference of two finite numbers may be none.
        let (height, whole) = (value / 2 - range.lowerBound / 2, range.upperBound / 2 - range.lowerBound / 2)
        guard whole > 0 else { return Self.blocks[Self.blocks.count / 2] }
        let share = min(1, max(0, height / whole))
        return Self.blocks[min(Self.blocks.count - 1, Int(share * Double(Self.blocks.count)))]
    }
}
