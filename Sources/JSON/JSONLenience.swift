// Reads back what nodes and the laboratory wrote. Lenient where their writers are: a missing figure is no figure.

extension JSONValue {
    // Not inlined: the 6.3.1 optimiser stops at its own ownership check where a match on `kind` is inlined twice.
    @inline(never) public var members: [JSONMember] {
        if case .object(let members) = kind { Array(members) } else { [] }
    }

    @inline(never) public var elements: [JSONValue] {
        if case .array(let elements) = kind { Array(elements) } else { [] }
    }

    @inline(never) public var number: Double? {
        quickNumber
    }

    @inline(never) public var text: String? {
        if case .text(let text) = kind { text } else { nil }
    }

    public func member(_ key: String) -> JSONValue? {
        if case .object(let members) = kind { members[key] } else { nil }
    }

    /// The whole number here; `nil` for anything else and for what no node would count to: in nanoseconds, a day.
    public var count: Int? { number.flatMap { abs($0) <= 0x1p46 ? Int(exactly: $0) : nil } }

    /// The whole number at a key; 0 where there is none.
    public func count(at key: String) -> Int { member(key)?.count ?? 0 }
}
