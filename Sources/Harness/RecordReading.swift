// Reads back what nodes wrote. Lenient where their writers are: a missing figure is no figure.
import Scenario

extension JSONValue {
    // Not inlined: the 6.3.1 optimiser stops at its own ownership check where a match on `kind` is inlined twice.
    @inline(never) var members: [JSONMember] {
        if case .object(let members) = kind { members } else { [] }
    }

    @inline(never) var elements: [JSONValue] {
        if case .array(let elements) = kind { elements } else { [] }
    }

    @inline(never) var number: Double? {
        if case .number(let number, _) = kind { number } else { nil }
    }

    @inline(never) var text: String? {
        if case .text(let text) = kind { text } else { nil }
    }

    func member(_ key: String) -> JSONValue? { members.first { $0.key == key }?.value }

    /// The whole number here; `nil` for anything else and for what no node would count to.
    var count: Int? { number.flatMap { Int(exactly: $0) } }

    func count(_ key: String) -> Int { member(key)?.count ?? 0 }
}
