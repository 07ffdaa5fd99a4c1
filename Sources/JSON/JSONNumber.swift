// JSON numbers as they are written: the literal and the nearest Double.

/// A number of a file that the reader has passed, so that nothing in it need be checked.
struct JSONNumber {
    private let bytes: ArraySlice<UInt8>

    init(in bytes: [UInt8], from start: Int) {
        var end = start
        while end < bytes.count, Self.mayContinue(bytes[end]) { end += 1 }
        self.bytes = bytes[start..<end]
    }

    private static func mayContinue(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The nearest Double; infinite where none is near.
    var value: Double { quickValue ?? Double(text) ?? .nan }

    /// The largest power of ten, and all below it, that a Double holds exactly.
    private static let exactPowers: [Double] = (0...22).map { exponent in
        (0..<exponent).reduce(1.0) { power, _ in power * 10 }
    }

    /// Digits and a power of ten that a Double both holds exactly: one operation on them is rounded once, and so gives
    /// the nearest Double (Clinger 1990). `nil` for all other numbers.
    private var quickValue: Double? {
        var digits: UInt64 = 0
        var scale = 0
        var isFraction = false
        var isNegative = false
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits = digits * 10 + UInt64(byte - UInt8(ascii: "0"))
                guard digits < 1 << 53 else { return nil }
                if isFraction { scale += 1 }
            default: return nil
            }
        }
        guard scale < Self.exactPowers.count else { return nil }
        let magnitude = Double(digits) / Self.exactPowers[scale]
        return isNegative ? -magnitude : magnitude
    }
}
