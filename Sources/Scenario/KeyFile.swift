// One node's keys as a file: those of its own edges and no others. No message ever quotes a key.
import JSON
import Kernels
import Registry
public import Wire

/// The content of a key file.
public struct KeyFile: Sendable {
    /// What the operator calls the node, and its neighbours below.
    public let node: String
    private let keys: [(neighbour: String, key: EdgeKey)]

    private static let version = 1

    /// The files of all nodes, by index. The two ends of each edge, eavesdropping links among them, get the same new
    /// key.
    ///
    /// - Parameter random: so many bytes that nobody can predict.
    public static func generate(for file: TopologyFile, random: (Int) -> [UInt8]) -> [KeyFile] {
        let labels = file.topology.labels
        var keys = [[(neighbour: String, key: EdgeKey)]](repeating: [], count: labels.count)
        for (one, other) in file.links {
            let key = EdgeKey(random(EdgeKey.byteCount))
            keys[one.index].append((labels[other.index], key))
            keys[other.index].append((labels[one.index], key))
        }
        return zip(labels, keys).map { KeyFile(node: $0, keys: $1) }
    }

    private init(node: String, keys: [(neighbour: String, key: EdgeKey)]) {
        self.node = node
        self.keys = keys
    }

    public var json: [UInt8] {
        let members = keys.map { JSONMember($0.neighbour, .text(hexadecimal($0.key.bytes))) }
        let tree = JSONValue.object([
            "version": .number(Self.version), "node": .text(node), "keys": JSONValue(.object(members)),
        ])
        return Array(JSONText.pretty(tree).utf8)
    }

    /// - Parameter name: what messages call the file.
    public init(_ bytes: [UInt8], name: String) throws(ConfigurationFault) {
        let value = try StrictJSON.read(bytes, name: name)
        try FileKind.keys.refuseOthers(value)
        let file = try value.object("")
        try file.refuseUnknownKeys(known: ["version", "node", "keys"])
        _ = try file.required("version", expected: "\(Self.version)").count("version", in: Self.version...Self.version)
        node = try file.required("node", expected: "a text").text("node")
        keys = try file.required("keys", expected: "an object").object("keys").members.map {
            member throws(ConfigurationFault) in
            guard case .text(let digits) = member.value.kind, let bytes = fromHexadecimal(digits),
                bytes.count == EdgeKey.byteCount
            else {
                throw member.value.fault("keys.\(member.key) is no key; expected 64 hexadecimal digits")
            }
            return (member.key, EdgeKey(bytes))
        }
        try refuseRepetition(at: file["keys"]?.position ?? file.position)
    }

    /// One key on two edges would let either neighbour speak in the name of the other.
    private func refuseRepetition(at position: JSONPosition) throws(ConfigurationFault) {
        let sorted = keys.sorted { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }
        guard let (one, other) = zip(sorted, sorted.dropFirst()).first(where: { $0.key == $1.key }) else { return }
        throw ConfigurationFault(
            "the edges to '\(one.neighbour)' and '\(other.neighbour)' have the same key; "
                + "allowed: a key of its own for each",
            at: position.description)
    }

    /// The keys by index of neighbour: one for each link of the node, and no other.
    ///
    /// - Parameter name: what messages call the file.
    public func ring(of node: NodeID, in file: TopologyFile, name: String) throws(ConfigurationFault) -> KeyRing {
        let labels = file.topology.labels
        guard self.node == labels[node.index] else {
            throw ConfigurationFault("these are the keys of node '\(self.node)', not '\(labels[node.index])'", at: name)
        }
        let neighbours = file.peers(of: node)
        let known = neighbours.map { labels[$0.index] }
        let isNeighbour = Set(neighbours)
        var held: [NodeID: EdgeKey] = [:]
        for (label, key) in keys {
            guard let neighbour = file.topology.node(labelled: label), isNeighbour.contains(neighbour) else {
                throw ConfigurationFault(.unknown(noun: "neighbour", given: label, known: known), at: name)
            }
            held[neighbour] = held[neighbour] ?? key
        }
        return KeyRing(
            try neighbours.map { neighbour throws(ConfigurationFault) in
                guard let key = held[neighbour] else {
                    throw ConfigurationFault("there is no key of the edge to '\(labels[neighbour.index])'", at: name)
                }
                return (neighbour, key)
            })
    }
}
