// Selection: an entry of a catalogue as settings name it, {"kind": name, parameters...}, or the bare name where the
// defaults will do.
import JSON
import Registry

/// The name of a catalogue's entry and the values of all its parameters.
public struct Selection: Sendable, Equatable {
    /// As the catalogue calls it, even where an alias was written.
    public let kind: String
    public internal(set) var parameters: ParameterValues

    /// - Parameter given: what differs from the defaults; it must be allowed.
    init(_ type: any Registered.Type, _ given: [(name: String, value: ParameterValue)] = []) {
        guard let parameters = try? ParameterValues(given, declared: type.parameters, key: type.name) else {
            preconditionFailure("\(type.name) does not allow these values")
        }
        kind = type.name
        self.parameters = parameters
    }

    /// Reads what was written and tries it out: what cannot be made is a fault here, at its place.
    init<Entry>(_ value: JSONValue, from catalog: Catalog<Entry>, key: String) throws(ConfigurationFault) {
        var object = JSONObject(path: key, members: [JSONMember("kind", value)], position: value.position)
        if value.isObject { object = try value.object(key) }
        try self.init(object, from: catalog, key: key)
    }

    /// - Parameters:
    ///   - title: the key under which the entry is named.
    ///   - others: further keys of the object.
    init<Entry>(
        _ object: JSONObject, from catalog: Catalog<Entry>, key: String, named title: String = "kind",
        besides others: [String] = []
    ) throws(ConfigurationFault) {
        let name = try object.required(title, expected: catalog.names.joined(separator: ", "))
        let type = try name.position.locating { () throws(ConfigurationFault) in
            try catalog.description(named: try name.text("\(key).\(title)"))
        }
        let parameters = try object.parameters(type.parameters, besides: [title] + others)
        _ = try object.position.locating { () throws(ConfigurationFault) in try type.init(parameters) }
        kind = type.name
        self.parameters = parameters
    }

    var json: JSONValue { JSONValue(.object(members(named: "kind"))) }

    func members(named title: String) -> [JSONMember] {
        [JSONMember(title, .text(kind))]
            + zip(parameters.names, parameters.values).map { JSONMember($0, JSONValue($1)) }
    }
}

extension Catalog {
    /// The entry of this name or alias, as what all entries are.
    fileprivate func description(named name: String) throws(ConfigurationFault) -> any Registered.Type {
        guard let found = descriptions.first(where: { $0.name == name || $0.aliases.contains(name) }) else {
            throw ConfigurationFault(.unknown(noun: noun, given: name, known: names))
        }
        return found
    }
}

extension JSONValue {
    init(_ value: ParameterValue) {
        self =
            switch value {
            case .number(let number): .number(number)
            case .text(let text): .text(text)
            case .flag(let flag): .flag(flag)
            case .numbers(let numbers): .array(numbers.map { .number($0) })
            case .file(let file): .object(["file": .text(file.path), "digest": file.digest.map { .text($0) }])
            }
    }
}
