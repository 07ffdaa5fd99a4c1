// The UCI handwritten digits, built in: small enough to be the default, real enough to mean something.
import Registry

/// 1,797 images of 8 × 8 pixels in ten classes; every fifth image of each class is a test image.
public struct Digits: DataSource, Dataset {
    public static let name = "digits"
    public static let summary = "UCI handwritten digits, 8x8, 10 classes, built in (Alpaydin, Kaynak 1998; CC BY 4.0)."

    public init(_ parameters: ParameterValues) {}
    public init() {}

    public var digest: String { DigitsText.digest }
    public var shape: SampleShape { SampleShape(axes: [1, 8, 8], targets: .classes(Digits.classCount)) }
    public var trainingCount: Int { part(isTest: false).count }
    public func testCount() -> Int { part(isTest: true).count }

    public func trainingTargets() -> Targets { part(isTest: false).targets }
    public func testPart() -> Samples { part(isTest: true) }

    public func trainingFeatures(ofRows rows: [Int32]) -> [Float] {
        let all = part(isTest: false).features
        var features: [Float] = []
        features.reserveCapacity(rows.count * Digits.pixelCount)
        for row in rows {
            features.append(contentsOf: all[Int(row) * Digits.pixelCount..<(Int(row) + 1) * Digits.pixelCount])
        }
        return features
    }

    private static let pixelCount = 64
    private static let classCount = 10

    private func part(isTest: Bool) -> Samples {
        var features: [Float] = []
        features.reserveCapacity(1_500 * Digits.pixelCount)
        var labels: [Int32] = []
        var seen = [Int](repeating: 0, count: Digits.classCount)
        var image: [Float] = []
        for byte in DigitsText.images.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Q"):
                image.append(Float(byte - UInt8(ascii: "A")) / 16)
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let label = Int(byte - UInt8(ascii: "0"))
                seen[label] += 1
                if (seen[label] % 5 == 0) == isTest {
                    features.append(contentsOf: image)
                    labels.append(Int32(label))
                }
                image.removeAll(keepingCapacity: true)
            default:
                break
            }
        }
        return Samples(features: features, targets: .classes(labels, of: Digits.classCount), axes: shape.axes)
    }
}
