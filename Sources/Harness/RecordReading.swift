// Reads back what nodes wrote. Lenient where their writers are: a missing figure is no figure.
import Scenario

extension JSONValue {
    var members: [JSONMember] {
        if case .object(let members) = kind { members } else { [] }
    }

    var number: Double? {
        if case .number(let number, _) = kind { number } else { nil }
    }

    var text: String? {
        if case .text(let text) = kind { text } else { nil }
    }

    func member(_ key: String) -> JSONValue? { members.first { $0.key == key }?.value }
}
