// GroupNodes: the members of an adversary group, listed by their labels or chosen by a placement, and then written down
// beside it.
import Attacks
import JSON
import Registry

/// Nodes by their labels, or how they are chosen; where that was written is of no consequence for equality.
public struct GroupNodes: Sendable, Equatable {
    /// Labels of the topology: all members of a list, and of a placement those chosen, none before a run is assembled.
    public private(set) var labels: [String]
    /// `nil` where the nodes are listed.
    public let placement: Selection?
    /// For messages; empty outside files.
    let place: String

    public init(_ labels: [String] = []) { self.init(labels, by: nil, place: "") }

    private init(_ labels: [String], by placement: Selection?, place: String) {
        self.labels = labels
        self.placement = placement
        self.place = place
    }

    public static func == (a: GroupNodes, b: GroupNodes) -> Bool {
        a.labels == b.labels && a.placement == b.placement
    }

    /// The same with the nodes that were chosen.
    func choosing(_ labels: [String]) -> GroupNodes { GroupNodes(labels, by: placement, place: place) }
}

extension SettingKey {
    static func groupNodes(
        _ path: String, _ field: Field<Root, GroupNodes>, _ summary: String
    ) -> SettingKey {
        SettingKey(path, allowed: GroupNodes.allowed, summary) { root, value, key throws(ConfigurationFault) in
            root[keyPath: field] = try GroupNodes(value, key: key)
        } write: {
            $0[keyPath: field].json
        }
    }
}

extension GroupNodes {
    /// The key under which a placement is named, and that of the nodes that it chose, filled in by a run.
    private static let (title, chosen) = ("placement", "chosen")
    fileprivate static let allowed =
        #"an array of node labels, {"placement": "degree", "count": 2}; placements: "#
        + PlacementCatalog.all.names.joined(separator: ", ")

    fileprivate init(_ value: JSONValue, key: String) throws(ConfigurationFault) {
        let place = value.position.description
        var object = JSONObject(path: key, members: [JSONMember(Self.title, value)], position: value.position)
        switch value.kind {
        case .object: object = try value.object(key)
        case .text(let name) where (try? PlacementCatalog.all.entry(named: name)) != nil: break
        default:
            self.init(try NodeLabels(value, key: key).labels, by: nil, place: place)
            return
        }
        let labels = try object[Self.chosen].map { value throws(ConfigurationFault) in
            try NodeLabels(value, key: "\(key).\(Self.chosen)").labels
        }
        let placement = try Selection(
            object, from: PlacementCatalog.all, key: key, named: Self.title, besides: [Self.chosen])
        self.init(labels ?? [], by: placement, place: place)
    }

    fileprivate var json: JSONValue {
        let list = JSONValue.array(labels.map { .text($0) })
        guard let placement else { return list }
        return JSONValue(
            .object(
                placement.members(named: Self.title) + (labels.isEmpty ? [] : [JSONMember(Self.chosen, list)])))
    }
}
