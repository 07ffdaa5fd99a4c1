// DecimalNumber: numbers as tables of text write them. The nearest Double, whatever the locale; no NaN and no infinity.

/// Reads `-12.5`, `.5`, `3.`, `+1e-3`.
enum DecimalNumber {
    /// What a feature may be, in words.
    static let allowed = "a finite number"

    /// Powers that a Double holds exactly.
    private static let powers = (0...22).map { power in (0..<power).reduce(1.0) { value, _ in value * 10 } }
    /// A longer text is no number that anybody wrote.
    private static let longest = 400

    /// The number that the whole text is; `nil` for any other text, and where it is too large.
    static func value(of text: ArraySlice<UInt8>) -> Double? {
        var place = text.startIndex
        var isNegative = false
        if place < text.endIndex, text[place] == UInt8(ascii: "-") || text[place] == UInt8(ascii: "+") {
            isNegative = text[place] == UInt8(ascii: "-")
            place += 1
        }
        var digits: UInt64 = 0
        var (count, significant, scale) = (0, 0, 0)
        var hasPoint = false
        while place < text.endIndex {
            let byte = text[place]
            if byte == UInt8(ascii: "."), !hasPoint {
                hasPoint = true
            } else if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                count += 1
                if hasPoint { scale -= 1 }
                if significant > 0 || byte != UInt8(ascii: "0") { significant += 1 }
                if significant <= 18 { digits = digits * 10 + UInt64(byte - UInt8(ascii: "0")) }
            } else {
                break
            }
            place += 1
        }
        guard count > 0, count <= longest else { return nil }
        if place < text.endIndex {
            guard let exponent = exponent(text[place...]) else { return nil }
            scale += exponent
        }
        // Both are exact, and so the one rounding is right (Clinger 1990).
        if significant <= 18, digits <= 1 << 53, scale.magnitude < powers.count {
            let magnitude = scale < 0 ? Double(digits) / powers[-scale] : Double(digits) * powers[scale]
            return isNegative ? -magnitude : magnitude
        }
        let value = Double(String(decoding: text, as: UTF8.self))
        return value.flatMap { $0.isFinite ? $0 : nil }
    }

    /// The number of `e-12`.
    private static func exponent(_ text: ArraySlice<UInt8>) -> Int? {
        guard text.first == UInt8(ascii: "e") || text.first == UInt8(ascii: "E") else { return nil }
        var digits = text.dropFirst()
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
        guard (1...5).contains(digits.count) else { return nil }
        var value = 0
        for byte in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return isNegative ? -value : value
    }

    /// The same as a feature; `nil` also for what is too large for one.
    static func feature(of text: ArraySlice<UInt8>) -> Float? {
        value(of: text).flatMap { Float($0).isFinite ? Float($0) : nil }
    }
}

extension ArraySlice<UInt8> {
    /// Without blanks at either end.
    var trimmed: ArraySlice<UInt8> {
        var (start, end) = (startIndex, endIndex)
        while start < end, isBlank(self[start]) { start += 1 }
        while start < end, isBlank(self[end - 1]) { end -= 1 }
        return self[start..<end]
    }

    private func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
