// The UCI handwritten digits, built in: small enough to be the default, real enough to mean something.
import Kernels

/// 1,797 images of 8 × 8 pixels in ten classes; every fifth image of each class is a test image.
public struct Digits: Dataset {
    public static let name = "digits"
    public static let summary = "UCI handwritten digits, 8x8, 10 classes, built in (Alpaydin, Kaynak 1998; CC BY 4.0)."

    public init(_ parameters: ParameterValues) {}
    public init() {}

    public var digest: String { DigitsText.digest }
    public func trainingPart() -> LabelledData { Digits.part(isTest: false) }
    public func testPart() -> LabelledData { Digits.part(isTest: true) }

    static let pixelCount = 64
    static let classCount = 10

    private static func part(isTest: Bool) -> LabelledData {
        var features: [Float] = []
        features.reserveCapacity(1_500 * pixelCount)
        var labels: [Int32] = []
        var seen = [Int](repeating: 0, count: classCount)
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
        return LabelledData(features: features, labels: labels, featureCount: pixelCount, classCount: classCount)
    }
}
