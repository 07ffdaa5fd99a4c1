// The settings that only experiments have: where the graph is, how many hostile neighbours are withstood, which nodes
// are meant.
import Graphs
import JSON
import Registry

/// Where the graph is written down.
public enum TopologySource: Sendable, Equatable {
    case path(String)
    /// What would stand in the file.
    case inline(JSONValue)

    /// Sixteen nodes with six random neighbours each.
    static let standard = TopologySource.inline(
        .object(["family": .text("randomRegular"), "nodes": .number(16), "degree": .number(6), "seed": .number(1)]))

    public static func == (a: TopologySource, b: TopologySource) -> Bool {
        switch (a, b) {
        case (.path(let a), .path(let b)): a == b
        case (.inline(let a), .inline(let b)): JSONText.canonical(a) == JSONText.canonical(b)
        default: false
        }
    }
}

/// How many hostile neighbours a node is told to withstand.
public enum Tolerance: Sendable, Equatable {
    case count(Int)
    /// Total mixing weight.
    case weight(Double)
    /// The true number, which no real node knows.
    case oracle
}

/// Nodes by their labels, and where these were written, which is of no consequence for equality.
public struct NodeLabels: Sendable, Equatable {
    public var labels: [String]
    /// For messages; empty outside files.
    let place: String

    public init(_ labels: [String] = []) { self.init(labels, place: "") }

    init(_ labels: [String], place: String) {
        self.labels = labels
        self.place = place
    }

    public static func == (a: NodeLabels, b: NodeLabels) -> Bool { a.labels == b.labels }
}

extension SettingKey {
    static func topology(_ path: String, _ field: Field<Root, TopologySource>, _ summary: String) -> SettingKey {
        SettingKey(path, allowed: "a path, an object, or an array", summary) {
            root, value, key throws(ConfigurationFault) in
            switch value.kind {
            case .text(let path):
                if let family = try? TopologyCatalog.all.entry(named: path) {
                    throw value.fault(
                        "\(key) is '\(path)', which is a family and no file; allowed: \(family.example), "
                            + "or ./\(path) for a file of that name")
                }
                root[keyPath: field] = .path(path)
            case .object, .array: root[keyPath: field] = .inline(value)
            default: throw value.typeFault(key, expected: "a path, an object, or an array")
            }
        } write: {
            switch $0[keyPath: field] {
            case .path(let path): .text(path)
            case .inline(let json): json
            }
        }
    }

    static func tolerance(_ path: String, _ field: Field<Root, Tolerance>, _ summary: String) -> SettingKey {
        SettingKey(path, allowed: Tolerance.allowed, summary) { root, value, key throws(ConfigurationFault) in
            root[keyPath: field] = try Tolerance(value, key: key)
        } write: {
            $0[keyPath: field].json
        }
    }

    static func labels(_ path: String, _ field: Field<Root, NodeLabels>, _ summary: String) -> SettingKey {
        SettingKey(path, allowed: "an array of node labels", summary) { root, value, key throws(ConfigurationFault) in
            root[keyPath: field] = try NodeLabels(value, key: key)
        } write: {
            $0[keyPath: field].json
        }
    }

    static func pairs(_ path: String, _ field: Field<Root, [NodeLabels]>, _ summary: String) -> SettingKey {
        let allowed = "an array of pairs of node labels"
        return SettingKey(path, allowed: allowed, summary) { root, value, key throws(ConfigurationFault) in
            var pairs: [NodeLabels] = []
            for (index, element) in try value.array(key).enumerated() {
                let pair = try NodeLabels(element, key: "\(key).\(index)")
                guard pair.labels.count == 2 else {
                    throw element.typeFault("\(key).\(index)", expected: "a pair of node labels")
                }
                pairs.append(pair)
            }
            root[keyPath: field] = pairs
        } write: {
            .array($0[keyPath: field].map(\.json))
        }
    }

    /// A list of faults, or the name of a plan that comes with the program.
    static func faults(_ path: String, _ field: Field<Root, [FaultSettings]>, _ summary: String) -> SettingKey {
        let allowed = "an array of objects, one object, \(NamedFaultPlan.all.map(\.name).joined(separator: ", "))"
        let example = #"{"fault": "loss", "from": 10, "until": 20}"#
        return SettingKey(path, allowed: allowed, example: example, summary) {
            root, value, key throws(ConfigurationFault) in
            if case .text(let name) = value.kind {
                let plan = try value.position.locating { () throws(ConfigurationFault) in
                    try NamedFaultPlan.named(name)
                }
                root[keyPath: field] = try FaultSettings.list(
                    try StrictJSON.read(plan.json, name: "the fault plan \(name)"), key: key)
            } else {
                root[keyPath: field] = try FaultSettings.list(value, key: key)
            }
        } write: {
            .array($0[keyPath: field].map { $0.json() })
        }
    }
}

extension NodeLabels {
    init(_ value: JSONValue, key: String) throws(ConfigurationFault) {
        guard case .array(let elements) = value.kind else {
            throw value.typeFault(key, expected: #"an array of node labels, as in ["3", "7"]"#)
        }
        var labels: [String] = []
        for (index, element) in elements.enumerated() {
            switch element.kind {
            case .text(let label): labels.append(label)
            // As the readers of topology files spell such ids.
            case .number, .array: labels.append(JSONText.canonical(element))
            default: throw element.typeFault("\(key).\(index)", expected: "a node label")
            }
        }
        self.init(labels, place: value.position.description)
    }

    var json: JSONValue { .array(labels.map { .text($0) }) }
}

extension Tolerance {
    fileprivate static let allowed =
        #"{"kind": "declared", "count": 2}, {"kind": "declared", "weight": 0.3}, {"kind": "oracle"}"#
    private static let kinds = ["declared", "oracle"]
    private static let greatestCount = 1_000_000

    fileprivate init(_ value: JSONValue, key: String) throws(ConfigurationFault) {
        var object = JSONObject(path: key, members: [JSONMember("kind", value)], position: value.position)
        if value.isObject { object = try value.object(key) }
        let kind = try object.required("kind", expected: Tolerance.kinds.joined(separator: ", "))
        switch try kind.text(object.path(of: "kind")) {
        case "oracle":
            try object.refuseUnknownKeys(known: ["kind"])
            self = .oracle
        case "declared":
            try object.refuseUnknownKeys(known: ["kind", "count", "weight"])
            switch (object["count"], object["weight"]) {
            case (let count?, nil):
                self = .count(try count.count(object.path(of: "count"), in: 0...Tolerance.greatestCount))
            case (nil, let weight?):
                let share = try weight.number(object.path(of: "weight"))
                guard (0...1).contains(share) else {
                    throw weight.rangeFault(object.path(of: "weight"), "a number from 0 to 1")
                }
                self = .weight(share)
            default:
                throw value.fault("\(key) says how much either by count or by weight; allowed: \(Tolerance.allowed)")
            }
        case let other:
            throw ConfigurationFault(
                .unknown(noun: object.path(of: "kind"), given: other, known: Tolerance.kinds),
                at: kind.position.description)
        }
    }

    fileprivate var json: JSONValue {
        switch self {
        case .count(let count): .object(["kind": .text("declared"), "count": .number(count)])
        case .weight(let weight): .object(["kind": .text("declared"), "weight": .number(weight)])
        case .oracle: .object(["kind": .text("oracle")])
        }
    }
}

extension TopologyFamily {
    /// A small graph of the family as it is written, the family's own defaults left out.
    static var example: String {
        let needed = parameters.filter { $0.defaultValue == nil }.map { parameter in
            let value: JSONValue =
                switch parameter.domain {
                case .number(let range): .number(min(max(0.5, range.lowerBound), range.upperBound))
                case .count(let range):
                    .number(min(max(parameter.name == "nodes" ? 16 : 4, range.lowerBound), range.upperBound))
                case .choice, .text, .flag, .counts, .model: .text(parameter.allowed)
                }
            return ", \"\(parameter.name)\": \(JSONText.canonical(value))"
        }
        return "{\"family\": \"\(name)\"\(needed.joined())}"
    }
}
