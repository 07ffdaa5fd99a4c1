// The kinds of settings: how numbers, choices and the like are read, written and described in a table of keys.
import JSON
import Registry

/// Where in a value a setting is kept.
typealias Field<Root, Value> = WritableKeyPath<Root, Value> & Sendable

extension SettingKey {
    static func text(_ path: String, _ field: Field<Root, String>, _ summary: String) -> SettingKey {
        SettingKey(path, allowed: "a text", summary) { root, value, key throws(ConfigurationFault) in
            root[keyPath: field] = try value.text(key)
        } write: {
            .text($0[keyPath: field])
        }
    }

    static func flag(_ path: String, _ field: Field<Root, Bool>, _ summary: String) -> SettingKey {
        SettingKey(path, allowed: "true, false", summary) { root, value, key throws(ConfigurationFault) in
            root[keyPath: field] = try value.flag(key)
        } write: {
            .flag($0[keyPath: field])
        }
    }

    static func seed(_ path: String, _ field: Field<Root, UInt64>, _ summary: String) -> SettingKey {
        SettingKey(path, allowed: "a whole number from 0 to \(UInt64.max)", summary) {
            root, value, key throws(ConfigurationFault) in
            root[keyPath: field] = try value.seed(key)
        } write: {
            let seed = $0[keyPath: field]
            return JSONValue(.number(Double(seed), literal: "\(seed)"))
        }
    }

    static func count(
        _ path: String, _ field: Field<Root, Int>, _ range: ClosedRange<Int>, _ summary: String
    ) -> SettingKey {
        SettingKey(path, allowed: words(range), summary) { root, value, key throws(ConfigurationFault) in
            root[keyPath: field] = try value.count(key, in: range)
        } write: {
            .number($0[keyPath: field])
        }
    }

    static func optionalCount(
        _ path: String, _ field: Field<Root, Int?>, _ range: ClosedRange<Int>, _ summary: String
    ) -> SettingKey {
        SettingKey(path, allowed: "\(words(range)), null", summary) { root, value, key throws(ConfigurationFault) in
            if case .null = value.kind {
                root[keyPath: field] = nil
            } else {
                root[keyPath: field] = try value.count(key, in: range)
            }
        } write: {
            $0[keyPath: field].map { .number($0) } ?? JSONValue(.null)
        }
    }

    static func number(
        _ path: String, _ field: Field<Root, Double>, _ range: ClosedRange<Double>, _ summary: String
    ) -> SettingKey {
        let parameter = Parameter.number(path, range, default: nil, summary)
        return SettingKey(path, allowed: parameter.allowed, summary) { root, value, key throws(ConfigurationFault) in
            let number = try value.number(key)
            guard range.contains(number) else { throw value.rangeFault(key, parameter.allowed) }
            root[keyPath: field] = number
        } write: {
            .number($0[keyPath: field])
        }
    }

    static func optionalNumber(
        _ path: String, _ field: Field<Root, Double?>, _ range: ClosedRange<Double>, _ summary: String
    ) -> SettingKey {
        let allowed = Parameter.number(path, range, default: nil, summary).allowed + ", null"
        return SettingKey(path, allowed: allowed, summary) { root, value, key throws(ConfigurationFault) in
            if case .null = value.kind { return root[keyPath: field] = nil }
            let number = try value.number(key)
            guard range.contains(number) else { throw value.rangeFault(key, allowed) }
            root[keyPath: field] = number
        } write: {
            $0[keyPath: field].map { .number($0) } ?? JSONValue(.null)
        }
    }

    /// One of the names of an enumeration.
    static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
        _ path: String, _ field: Field<Root, Choice>, _ summary: String
    ) -> SettingKey {
        let names = Choice.allCases.map(\.rawValue)
        let allowed = names.joined(separator: ", ")
        return SettingKey(path, allowed: allowed, summary) { root, value, key throws(ConfigurationFault) in
            guard case .text(let name) = value.kind else { throw value.typeFault(key, expected: allowed) }
            guard let choice = Choice(rawValue: name) else {
                throw ConfigurationFault(
                    .unknown(noun: key, given: name, known: names), at: value.position.description)
            }
            root[keyPath: field] = choice
        } write: {
            .text($0[keyPath: field].rawValue)
        }
    }

    /// Some of the names of an enumeration, each at most once, or one of them.
    static func choices<Choice: RawRepresentable<String> & CaseIterable & Sendable & Equatable>(
        _ path: String, _ field: Field<Root, [Choice]>, _ summary: String
    ) -> SettingKey {
        let names = Choice.allCases.map(\.rawValue)
        let allowed = "an array of \(names.joined(separator: ", "))"
        return SettingKey(path, allowed: allowed, example: names.first, summary) {
            root, value, key throws(ConfigurationFault) in
            var elements = [value]
            if case .array(let several) = value.kind { elements = Array(several) }
            var choices: [Choice] = []
            for element in elements {
                guard case .text(let name) = element.kind else { throw element.typeFault(key, expected: allowed) }
                guard let choice = Choice(rawValue: name) else {
                    throw ConfigurationFault(
                        .unknown(noun: key, given: name, known: names), at: element.position.description)
                }
                guard !choices.contains(choice) else {
                    throw element.fault("\(key) names \(name) twice; allowed: once")
                }
                choices.append(choice)
            }
            root[keyPath: field] = choices
        } write: {
            .array($0[keyPath: field].map { .text($0.rawValue) })
        }
    }

    /// One entry of a catalogue with its parameters.
    ///
    /// - Parameter number: the entry and the parameter that a bare number stands for, if it stands for any.
    static func catalog<Entry>(
        _ path: String, _ field: Field<Root, Selection>, _ catalog: Catalog<Entry>,
        number: (kind: String, parameter: String)? = nil, _ summary: String
    ) -> SettingKey {
        let names = (number.map { ["a number (\($0.kind))"] } ?? []) + catalog.names
        return SettingKey(path, allowed: names.joined(separator: ", "), summary) {
            root, value, key throws(ConfigurationFault) in
            var value = value
            if let number, case .number = value.kind {
                let members = [JSONMember("kind", .text(number.kind)), JSONMember(number.parameter, value)]
                value = JSONValue(.object(members), position: value.position)
            }
            root[keyPath: field] = try Selection(value, from: catalog, key: key)
        } write: {
            $0[keyPath: field].json
        }
    }

    /// Entries of one catalogue, one after the other; a single one stands for an array of one.
    static func chain<Entry>(
        _ path: String, _ field: Field<Root, [Selection]>, _ catalog: Catalog<Entry>, _ summary: String
    ) -> SettingKey {
        let allowed = "an array of \(catalog.names.joined(separator: ", "))"
        return SettingKey(path, allowed: allowed, example: catalog.names.first, summary) {
            root, value, key throws(ConfigurationFault) in
            guard case .array(let elements) = value.kind else {
                return root[keyPath: field] = [try Selection(value, from: catalog, key: key)]
            }
            var chain: [Selection] = []
            for (index, element) in elements.enumerated() {
                chain.append(try Selection(element, from: catalog, key: "\(key).\(index)"))
            }
            root[keyPath: field] = chain
        } write: {
            .array($0[keyPath: field].map(\.json))
        }
    }

    /// An array of values that have settings themselves; a single object stands for an array of one.
    static func list<Element: Settings>(
        _ path: String, _ field: Field<Root, [Element]>, example: String, _ summary: String
    ) -> SettingKey {
        SettingKey(path, allowed: "an array of objects, or one object", example: example, summary) {
            root, value, key throws(ConfigurationFault) in
            root[keyPath: field] = try Element.list(value, key: key)
        } write: {
            .array($0[keyPath: field].map { $0.json() })
        }
    }

    private static func words(_ range: ClosedRange<Int>) -> String {
        Parameter.count("", range, default: nil, "").allowed
    }
}

extension Settings {
    /// An array of objects, or a single one.
    static func list(_ value: JSONValue, key: String) throws(ConfigurationFault) -> [Self] {
        let elements = if value.isObject { JSONElements([value]) } else { try value.array(key) }
        var list: [Self] = []
        for (index, json) in elements.enumerated() {
            guard json.isObject else { throw json.typeFault("\(key).\(index)", expected: "an object") }
            var element = Self()
            try element.assign(json, at: "", prefix: "\(key).\(index).")
            list.append(element)
        }
        return list
    }
}
