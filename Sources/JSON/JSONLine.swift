// Writes one JSON object on one line, straight into bytes: nodes do this every round, so no tree is built.

/// A JSON object under construction; keys are written in the order they are added.
public struct JSONLine: Sendable {
    public private(set) var bytes: [UInt8] = [UInt8(ascii: "{")]
    private var isEmpty = true

    public init() {}

    public mutating func add(_ key: String, _ value: Int) {
        begin(key)
        append(integer: value)
    }

    /// A hash, as 16 hexadecimal digits in quotes: JSON numbers cannot hold 64 bits.
    public mutating func add(_ key: String, hash value: UInt64) {
        begin(key)
        append(hash: value)
    }

    /// `null` for nothing and for what is not finite.
    public mutating func add(_ key: String, _ value: Double?) {
        begin(key)
        append(number: value)
    }

    public mutating func add(_ key: String, _ value: String) {
        begin(key)
        append(text: value)
    }

    /// An array of what `each` appends for every element.
    public mutating func add<Element>(
        _ key: String, _ elements: [Element], each: (inout JSONLine, Element) -> Void
    ) {
        begin(key)
        bytes.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            each(&self, element)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    /// An object inside this one.
    public mutating func add(_ key: String, object: (inout JSONLine) -> Void) {
        begin(key)
        appendObject(object)
    }

    /// An object inside a list.
    public mutating func appendObject(_ object: (inout JSONLine) -> Void) {
        var inner = JSONLine()
        object(&inner)
        bytes.append(contentsOf: inner.bytes)
        bytes.append(UInt8(ascii: "}"))
    }

    public mutating func append(integer value: Int) {
        bytes.append(contentsOf: String(value).utf8)
    }

    public mutating func append(hash value: UInt64) {
        bytes.append(UInt8(ascii: "\""))
        for shift in stride(from: 60, through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: value >> UInt64(shift)) & 15
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    public mutating func append(number value: Double?) {
        if let value, value.isFinite {
            bytes.append(contentsOf: "\(value)".utf8)
        } else {
            bytes.append(contentsOf: "null".utf8)
        }
    }

    public mutating func append(text: String) {
        bytes.append(contentsOf: JSONEscape.quoted(text).utf8)
    }

    /// A list inside a list.
    public mutating func appendList(_ list: (inout JSONLine) -> Void) {
        bytes.append(UInt8(ascii: "["))
        list(&self)
        bytes.append(UInt8(ascii: "]"))
    }

    public mutating func separate() { bytes.append(UInt8(ascii: ",")) }

    /// The finished line, its line feed included.
    public consuming func line() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private mutating func begin(_ key: String) {
        if !isEmpty { bytes.append(UInt8(ascii: ",")) }
        isEmpty = false
        append(text: key)
        bytes.append(UInt8(ascii: ":"))
    }
}
