// Graph files of other programs: what they look like, so that a message can name them. Reading one of them is a file
// beside this one and takes its line away here.
import JSON
import Registry

enum ForeignFormats {
    /// What is read instead, for messages.
    static let allowed = #"what networkx.node_link_data writes, or a family as in {"family": "ring", "nodes": 16}"#

    static func fault(_ format: String, at position: JSONPosition) -> ConfigurationFault {
        ConfigurationFault(
            "this looks like \(format); reading it is not possible yet; allowed: \(allowed)", at: position.description)
    }

    // MARK: - JSON

    private typealias Sign = @Sendable (JSONValue) -> Bool

    private static let formats: [(name: String, fits: Sign)] = [
        ("JSON Graph Format", { $0.has("graphs") || $0.isGraph(under: "graph") }),
        ("NVFlare's network", { $0.isGraph(under: "network") || $0.first(of: "nodes").has("neighbors") }),
        (
            "Cytoscape's elements",
            { $0.has("elements") || $0.first(of: "nodes").has("data") || $0.firstElement.has("data") }
        ),
        ("graphology's export", { $0.first(of: "nodes").has("key") && !$0.first(of: "nodes").has("id") }),
        ("vis.js data", { $0.first(of: "edges").has("from") && $0.first(of: "edges").has("to") }),
        (
            "a graph of D3 version 3, whose links name nodes by position",
            { $0.first(of: "links")?.member("source")?.number != nil && $0.first(of: "nodes").isWithoutID }
        ),
        ("networkx's adjacency data", { $0.has("adjacency") }),
        ("networkx's tree data", { $0.has("children") }),
        ("a list of edges", { 2...3 ~= $0.firstElement?.elements.count ?? 0 || $0.firstElement.has("source") }),
        ("an adjacency matrix", { $0.firstElement?.firstElement?.number != nil }),
    ]

    /// What other program's graph this is, if it looks like one.
    static func name(of file: JSONValue) -> String? {
        file.isObject && file.fewKeys == nil ? nil : formats.first { $0.fits(file) }?.name
    }

    // MARK: - Other text

    /// The words that texts of a format begin with, in lower case.
    private static let beginnings = [
        ("<", "XML such as GraphML or GEXF"), ("%%matrixmarket", "a Matrix Market file"), ("*", "a Pajek file"),
        ("creator", "GML"), ("graph [", "GML"), ("graph[", "GML"), ("digraph", "a DOT file"), ("graph", "a DOT file"),
        ("strict", "a DOT file"),
    ]

    /// What kind of text this is, if it is no JSON and looks like a graph.
    static func name(ofText bytes: [UInt8]) -> String? {
        let start = String(
            decoding: bytes.dropFirst(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0).prefix(1 << 12), as: UTF8.self)
        let lines = start.split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }
        guard let first = lines.first(where: { !$0.isEmpty })?.lowercased() else { return nil }
        if let beginning = beginnings.first(where: { first.hasPrefix($0.0) }) { return beginning.1 }
        guard let row = lines.first(where: { !$0.isEmpty && !"#%".contains($0.first ?? "#") }) else { return nil }
        return isEdge(row) ? "a list of edges in plain text" : nil
    }

    /// Two words or more, which have nothing of JSON in them.
    private static func isEdge(_ row: Substring) -> Bool {
        let words = row.split { $0.isWhitespace || $0 == "," || $0 == ";" }
        return words.count > 1 && !row.contains { "{}[]\":".contains($0) }
    }
}

extension JSONValue {
    fileprivate func has(_ key: String) -> Bool { member(key) != nil }

    /// Whether the nodes and edges stand in this member, and not beside it.
    fileprivate func isGraph(under key: String) -> Bool {
        guard let graph = member(key), !has("nodes") else { return false }
        return graph.has("nodes") || graph.has("edges")
    }

    /// The first element of the array that this is.
    fileprivate var firstElement: JSONValue? { if case .array(let elements) = kind { elements.first } else { nil } }

    /// The first element of the array under this key.
    fileprivate func first(of key: String) -> JSONValue? { member(key)?.firstElement }
}

extension JSONValue? {
    fileprivate func has(_ key: String) -> Bool { self?.member(key) != nil }

    /// An object, but without an id.
    fileprivate var isWithoutID: Bool { self.map { $0.isObject && $0.member("id") == nil } ?? false }
}
