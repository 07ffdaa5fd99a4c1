// The frame that all plots over rounds have: where points lie in the drawing, and the grid behind them.

/// A rectangle with rounds from left to right and values from bottom to top.
struct PlotFrame {
    let size: (width: Double, height: Double)
    let area: (left: Double, right: Double, top: Double, bottom: Double)
    let horizontal: Axis
    let vertical: Axis
    /// What is counted from left to right.
    private let counted: String

    /// - Parameter vertical: made for all values that are drawn.
    init(width: Double, height: Double, left: Double, rounds: [Int], vertical: Axis, across: String = "round") {
        size = (width, height)
        area = (left, width - 6, 8, height - 42)
        horizontal = Axis(counts: rounds)
        self.vertical = vertical
        counted = across
    }

    func x(_ round: Int) -> Double {
        area.left + (area.right - area.left) * (horizontal.share(of: Double(round)) ?? 0)
    }

    /// `nil` for what is missing or has no place on the axis.
    func y(_ value: Double?) -> Double? {
        value.flatMap(vertical.share).map { area.bottom - (area.bottom - area.top) * $0 }
    }

    /// The least and the greatest round of the horizontal axis.
    var span: [Double] { [horizontal.range.lowerBound, horizontal.range.upperBound] }

    /// Without what is beyond the axes, but for half a line's width.
    func clipped(_ content: Markup) -> Markup {
        let (x, y) = (area.left - 3, area.top - 3)
        let (width, height) = (area.right - area.left + 6, area.bottom - area.top + 6)
        return """
            <svg x="\(x)" y="\(y)" width="\(width)" height="\(height)" viewBox="\(x) \(y) \(width) \(height)">
            \(content)</svg>

            """
    }

    /// Lines and numbers of both axes.
    var grid: Markup {
        var marks: Markup = ""
        for tick in vertical.ticks {
            guard let y = y(tick) else { continue }
            marks += """
                <path class="grid" d="M\(area.left) \(y)H\(area.right)"/>\
                <text class="tick" x="\(area.left - 6)" y="\(y + 4)" text-anchor="end">\(vertical.text(of: tick))</text>
                """
        }
        return "\(marks)\(across)"
    }

    /// The horizontal axis alone.
    var across: Markup {
        var marks: Markup = ""
        for tick in horizontal.ticks {
            let x = x(Int(tick))
            // Half of it would stand outside.
            let isAtEdge = x > size.width - 12
            marks += """
                <path class="axis" d="M\(x) \(area.bottom)v4"/>\
                <text class="tick" x="\(isAtEdge ? size.width : x)" y="\(area.bottom + 17)" \
                text-anchor="\(isAtEdge ? "end" : "middle")">\(horizontal.text(of: tick))</text>
                """
        }
        return """
            \(marks)<path class="axis" d="M\(area.left) \(area.bottom)H\(area.right)"/>\
            <text class="tick" x="\((area.left + area.right) / 2)" y="\(size.height - 4)" \
            text-anchor="middle">\(counted)</text>

            """
    }
}
