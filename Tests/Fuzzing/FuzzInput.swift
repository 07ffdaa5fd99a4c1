// FuzzInput: the bytes of an input as the choices of a script: what to say, in what order, and what to spoil.

/// Bytes that are used up as choices are made; where they have ended, every choice is 0.
struct FuzzInput {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isEmpty: Bool { rest.isEmpty }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    mutating func below(_ count: Int) -> Int { Int(byte()) % count }

    /// Little end first.
    mutating func integer<T: FixedWidthInteger & UnsignedInteger>(_ type: T.Type) -> T {
        var value: T = 0
        for index in 0..<T.bitWidth / 8 { value |= T(byte()) << T(8 * index) }
        return value
    }

    /// Fewer where the input ends.
    mutating func bytes(_ count: Int) -> [UInt8] {
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func remaining() -> [UInt8] { bytes(rest.count) }
}

extension [UInt8] {
    /// Changes up to three bytes of these, as the input says.
    mutating func spoil(by input: inout FuzzInput) {
        for _ in 0..<1 + input.below(3) where !isEmpty { self[Int(input.integer(UInt16.self)) % count] ^= input.byte() }
    }

    /// The script of a seed: choices, one byte each.
    static func script(_ choices: Int...) -> [UInt8] { choices.map { UInt8(truncatingIfNeeded: $0) } }
}
