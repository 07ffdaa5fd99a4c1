// GlyphStrokes: what the digits look like, how a hand draws them, and the pixels that come of it.
import Kernels

/// A point of an image; (0, 0) is its upper left corner and (1, 1) its lower right one.
typealias GlyphPoint = SIMD2<Double>

/// The ten digits as lines through points, in a square from (0, 0) to (1, 1).
enum GlyphStrokes {
    static let all: [[[GlyphPoint]]] = [
        [arc(0.5, 0.5, 0.3, 0.5, 0...1)],
        [[GlyphPoint(0.3, 0.2), GlyphPoint(0.55, 0), GlyphPoint(0.55, 1)]],
        [arc(0.5, 0.28, 0.3, 0.28, 0.5...1.1) + [GlyphPoint(0.2, 1), GlyphPoint(0.85, 1)]],
        [arc(0.47, 0.26, 0.28, 0.26, 0.55...1.25), arc(0.47, 0.75, 0.32, 0.25, 0.75...1.45)],
        [[GlyphPoint(0.65, 1), GlyphPoint(0.65, 0), GlyphPoint(0.15, 0.68), GlyphPoint(0.9, 0.68)]],
        [
            [GlyphPoint(0.8, 0), GlyphPoint(0.27, 0), GlyphPoint(0.24, 0.45)],
            arc(0.48, 0.68, 0.32, 0.31, 0.62...1.42),
        ],
        [
            [GlyphPoint(0.68, 0), GlyphPoint(0.42, 0.25), GlyphPoint(0.27, 0.5), GlyphPoint(0.22, 0.7)],
            arc(0.5, 0.72, 0.28, 0.28, 0...1),
        ],
        [[GlyphPoint(0.15, 0), GlyphPoint(0.85, 0), GlyphPoint(0.4, 1)]],
        [arc(0.5, 0.25, 0.25, 0.25, 0...1), arc(0.5, 0.75, 0.3, 0.25, 0...1)],
        [
            arc(0.5, 0.28, 0.28, 0.28, 0...1),
            [GlyphPoint(0.78, 0.28), GlyphPoint(0.75, 0.6), GlyphPoint(0.6, 1)],
        ],
    ]

    /// A part of an ellipse, in turns: 0 is right, ¼ is below.
    private static func arc(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ turns: ClosedRange<Double>
    ) -> [GlyphPoint] {
        let steps = 16
        return (0...steps).map { step in
            let turn = turns.lowerBound + (turns.upperBound - turns.lowerBound) * Double(step) / Double(steps)
            let (sine, cosine) = Elementary.sineCosine(ofTurns: turn)
            return GlyphPoint(x + width * cosine, y + height * sine)
        }
    }
}

/// Where and how one glyph is drawn.
struct GlyphHand {
    /// Of the line, as a share of the image's side.
    let thickness: Double
    private let middle: GlyphPoint
    /// What a step to the right and one downwards come to.
    private let right: GlyphPoint
    private let down: GlyphPoint

    init(_ random: inout RandomStream, distortion: Double) {
        /// Uniform around 0.
        func vary(_ most: Double) -> Double { distortion * most * (2 * random.uniform() - 1) }
        thickness = 0.09 * (1 + vary(0.6))
        middle = GlyphPoint(0.5 + vary(0.12), 0.5 + vary(0.12))
        let (width, height) = (0.6 * (1 + vary(0.35)), 0.7 * (1 + vary(0.25)))
        let slant = vary(0.5)
        let turn = Elementary.sineCosine(ofTurns: vary(0.06))
        right = GlyphPoint(turn.cosine, turn.sine) * width
        down = GlyphPoint(-turn.sine - slant * turn.cosine, turn.cosine - slant * turn.sine) * height
    }

    /// Where in the image a point of a digit is.
    func place(_ point: GlyphPoint) -> GlyphPoint { middle + right * (point.x - 0.5) + down * (point.y - 0.5) }
}

/// How far each pixel of a square image is from what was drawn.
struct GlyphImage {
    /// Lines are no thicker: pixels that are further away stay white.
    private static let reach = 0.1

    private let size: Int
    /// Squared, in sides of the image.
    private var distances: [Double]

    init(size: Int) {
        self.size = size
        distances = [Double](repeating: 4, count: size * size)
    }

    /// Draws a straight line.
    mutating func draw(_ start: GlyphPoint, _ end: GlyphPoint) {
        let line = end - start
        let squaredLength = (line * line).sum()
        let reach = Self.reach + 1 / Double(size)
        for row in pixels(min(start.y, end.y) - reach, max(start.y, end.y) + reach) {
            for column in pixels(min(start.x, end.x) - reach, max(start.x, end.x) + reach) {
                let point = (GlyphPoint(Double(column), Double(row)) + 0.5) / Double(size)
                let along = squaredLength > 0 ? ((point - start) * line).sum() / squaredLength : 0
                let offset = point - start - line * min(1, max(0, along))
                let pixel = row * size + column
                distances[pixel] = min(distances[pixel], (offset * offset).sum())
            }
        }
    }

    /// The pixels between two places along an axis.
    private func pixels(_ low: Double, _ high: Double) -> Range<Int> {
        let first = min(size, max(0, Int(low * Double(size))))
        return first..<min(size, max(first, Int(high * Double(size)) + 1))
    }

    /// How dark a pixel is, from 0 to 1; edges are soft within a pixel.
    func ink(_ pixel: Int, thickness: Double) -> Double {
        min(1, max(0, 0.5 + (thickness / 2 - distances[pixel].squareRoot()) * Double(size)))
    }
}
