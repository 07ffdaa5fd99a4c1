// The key below a drawing: what its shapes, lines and colours mean, in as many rows as its width asks for.

struct DrawingKey {
    private let width: Double
    private var corner = SIMD2(DrawingKey.margin, DrawingKey.rowHeight)
    private(set) var markup: Markup = ""

    private static let margin = 16.0
    private static let rowHeight = 22.0
    private static let letters = 12.5
    /// Of a letter, on average and a little more.
    private static let letterWidth = 7.0
    private static let sampleWidth = 30.0
    private static let swatch = 22.0
    /// Of the bar of colours, with margins.
    static let barWidth = 2 * margin + Double(ValueScale.steps) * swatch

    init(width: Double) { self.width = width }

    /// Of all rows.
    var height: Double { corner.y + 12 }

    private mutating func take(_ wanted: Double) -> SIMD2<Double> {
        if corner.x > Self.margin, corner.x + wanted > width - Self.margin {
            corner = SIMD2(Self.margin, corner.y + Self.rowHeight)
        }
        defer { corner.x += wanted }
        return corner
    }

    /// - Parameter sample: 24 wide, around 4 above the base line of the text.
    mutating func add(_ text: String, _ sample: Markup) {
        let place = take(Self.sampleWidth + Double(text.count) * Self.letterWidth + 16)
        markup += """
            <g transform="translate(\(place.x) \(place.y))">\(sample)\
            <text x="\(Self.sampleWidth)" font-size="\(Self.letters)">\(text)</text></g>

            """
    }

    /// The bar of colours between the least and the greatest value that were seen.
    mutating func add(_ scale: ValueScale, _ measure: NodeMeasure) {
        corner = SIMD2(Self.margin, corner.y + (markup.text.isEmpty ? 0 : Self.rowHeight + 6))
        let (least, greatest) = (measure.text(scale.least), measure.text(scale.greatest))
        let title = measure.title + (scale.isLogarithmic ? ", in equal factors" : "")
        markup += """
            <g transform="translate(\(corner.x) \(corner.y))"><text font-size="\(Self.letters)">\(title)</text></g>

            """
        corner.y += 10
        let steps = scale.isEven ? 1 : ValueScale.steps
        let swatches = (0..<steps).map { step -> Markup in
            let kind = scale.isEven ? scale.kind(of: scale.least) ?? "v0" : "v\(step)"
            return """
                <rect class="\(kind)" x="\(Double(step) * Self.swatch)" width="\(Self.swatch)" height="14"/>
                """
        }
        let end = Double(steps) * Self.swatch
        let texts: Markup =
            scale.isEven
            ? "<text x=\"\(end + 8)\" y=\"12\">\(least)</text>"
            : """
            <text y="28">\(least)</text><text x="\(end)" y="28" text-anchor="end">\(greatest)</text>
            """
        markup += """
            <g transform="translate(\(corner.x) \(corner.y))" font-size="\(Self.letters)">\(swatches)\(texts)</g>

            """
        corner.y += scale.isEven ? 14 : 30
    }
}
