// HostileMark: the attributes by which a graph file says of a node that it is hostile, as codes of the field write
// them.
import JSON

/// What a node's attributes say.
struct HostileMark {
    /// The attributes that were understood.
    let keys: [String]
    let isHostile: Bool

    private static let flags = ["byzantine", "hostile", "malicious"]
    private static let title = "role"
    private static let hostileRoles = ["byzantine", "hostile", "malicious", "adversary", "attacker"]
    private static let honestRoles = ["honest", "benign", "normal"]

    /// - Parameter members: those of the node, or of what it keeps them in.
    init(in members: JSONMembers) {
        var (keys, isHostile) = ([String](), false)
        for key in Self.flags {
            // networkx keeps what Python had: True, or a number of an array of 0 and 1.
            guard let value = members[key], let flag = value.quickFlag ?? Self.flag(value.number) else { continue }
            keys.append(key)
            isHostile = isHostile || flag
        }
        if let role = members[Self.title]?.text?.lowercased() {
            if (Self.hostileRoles + Self.honestRoles).contains(role) { keys.append(Self.title) }
            isHostile = isHostile || Self.hostileRoles.contains(role)
        }
        (self.keys, self.isHostile) = (keys, isHostile)
    }

    private static func flag(_ number: Double?) -> Bool? { number == 0 ? false : number == 1 ? true : nil }
}
