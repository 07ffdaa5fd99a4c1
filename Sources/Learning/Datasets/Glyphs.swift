// Drawn digits: images of any size and number, for what the built-in digits are too few or too small for.
import Kernels
import Registry

/// The digits 0 to 9 in turn, as pens of different thickness draw them: moved, slanted, turned and stretched at random,
/// and with noise in every pixel; from 0 to 1.
public struct Glyphs: GeneratedData {
    public static let name = "glyphs"
    public static let summary = "Drawn digits of any image size and number, randomly moved, slanted and thick."
    public static let parameters =
        counts + [
            Parameter.count("size", 8...512, default: 28, "rows and columns of an image"),
            Parameter.number("distortion", 0...1, default: 0.5, "how much glyphs of one digit differ"),
            Parameter.number("noise", 0...1, default: 0.1, "deviation of a pixel"),
            seed,
        ]

    let given: ParameterValues

    public init(_ parameters: ParameterValues) { given = parameters }

    private var size: Int { given.count("size") }
    private static let classCount = GlyphStrokes.all.count
    public var shape: SampleShape {
        SampleShape(axes: [1, size, size], targets: .classes(Self.classCount))
    }

    func makeCommon(_ random: inout RandomStream) {}

    func draw(
        _ row: Int, at share: Double, _ common: Void, _ random: inout RandomStream, into features: inout [Float]
    ) -> Float {
        let label = row % Self.classCount
        let hand = GlyphHand(&random, distortion: given.number("distortion"))
        var image = GlyphImage(size: size)
        for stroke in GlyphStrokes.all[label] {
            for (start, end) in zip(stroke, stroke.dropFirst()) { image.draw(hand.place(start), hand.place(end)) }
        }
        let noise = given.number("noise")
        for pixel in features.indices {
            let value = image.ink(pixel, thickness: hand.thickness) + (noise > 0 ? noise * random.gaussian() : 0)
            features[pixel] = Float(min(1, max(0, value)))
        }
        return Float(label)
    }

    func targets(_ drawn: [Float]) -> Targets { .classes(drawn.map { Int32($0) }, of: Self.classCount) }

    /// They are known before anything is drawn.
    public func trainingTargets() -> Targets {
        .classes((0..<Int32(trainingCount)).map { $0 % Int32(Self.classCount) }, of: Self.classCount)
    }
}
