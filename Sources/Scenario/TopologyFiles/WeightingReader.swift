// How a topology file names its weights: by the rule alone, or as an object with the rule's parameters and `lazy`.
import Graphs
import JSON
import Registry

extension Weighting {
    /// Reads `"uniform"` or `{"kind": "laplacian", "step": 0.2, "lazy": 0.5}`.
    ///
    /// - Parameter key: path of the value, for messages.
    init(_ value: JSONValue, key: String) throws(ConfigurationFault) {
        var object = JSONObject(path: key, members: [JSONMember("kind", value)], position: value.position)
        if value.isObject { object = try value.object(key) }
        let name = try object.required("kind", expected: WeightCatalog.all.names.joined(separator: ", "))
        let given = try name.text(value.isObject ? "\(key).kind" : key)
        guard let kind = try? WeightCatalog.all.entry(named: given) else {
            throw ConfigurationFault(
                .unknown(noun: key, given: given, known: WeightCatalog.all.names), at: name.position.description)
        }
        let lazy = Weighting.lazyParameter
        let values = try object.parameters(kind.parameters, besides: ["kind", lazy.name])
        let share = try object.parameters([lazy], besides: ["kind"] + kind.parameters.map(\.name)).number(lazy.name)
        self = try object.position.locating { () throws(ConfigurationFault) in
            try Weighting(kind, values, lazy: share)
        }
    }

    /// As a file writes it: the name alone where that says all.
    var json: JSONValue {
        let given =
            zip(parameters.names, parameters.values).map { JSONMember($0, JSONValue($1)) }
            + (lazy > 0 ? [JSONMember("lazy", .number(lazy))] : [])
        return given.isEmpty
            ? .text(kind.name) : JSONValue(.object([JSONMember("kind", .text(kind.name))] + given))
    }
}
