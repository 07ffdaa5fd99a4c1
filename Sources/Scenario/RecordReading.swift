// Reads back what nodes and the laboratory wrote. Lenient where their writers are: a missing figure is no figure.

extension JSONValue {
    // Not inlined: the 6.3.1 optimiser stops at its own ownership check where a match on `kind` is inlined twice.
    @inline(never) public var members: [JSONMember] {
        if case .object(let members) = kind { members } else { [] }
    }

    @inline(never) public var elements: [JSONValue] {
        if case .array(let elements) = kind { elements } else { [] }
    }

    @inline(never) public var number: Double? {
        if case .number(let number, _) = kind { number } else { nil }
    }

    @inline(never) public var text: String? {
        if case .text(let text) = kind { text } else { nil }
    }

    public func member(_ key: String) -> JSONValue? { members.first { $0.key == key }?.value }

    /// The whole number here; `nil` for anything else and for what no node would count to: in nanoseconds, a day.
    public var count: Int? { number.flatMap { abs($0) <= 0x1p46 ? Int(exactly: $0) : nil } }
}
