// Every format of graph files that is read, and every one that is written. A new one is one file in Formats/ and one
// line here; GraphFormat says what it has to be.
import JSON
import Registry

enum GraphFormats {
    /// In the order in which they are tried: what fits nothing before the last is judged as that.
    static let json: [any JSONGraphFormat.Type] = [
        JSONGraph.self, NVFlareNetwork.self, Cytoscape.self, Graphology.self, VisJS.self, AdjacencyData.self,
        MatrixRows.self, EdgeArray.self, NodeLink.self,
    ]

    static let text: [any TextGraphFormat.Type] = [
        GraphML.self, MatrixMarket.self, GML.self, DOT.self, DecentralizepyText.self, MatrixText.self, EdgeList.self,
    ]

    static let writers: [any GraphWriter.Type] = [
        NodeLink.self, JSONGraph.self, Cytoscape.self, EdgeList.self, MatrixText.self, MatrixMarket.self, GML.self,
        GraphML.self, DOT.self,
    ]

    // MARK: - Which one it is

    /// The format that a JSON file looks like; `nil` where it looks like none.
    static func format(of file: JSONValue) -> (any JSONGraphFormat.Type)? {
        file.isObject && file.fewKeys == nil ? nil : json.first { $0.fits(file) }
    }

    /// The format that a text looks like; `nil` where it looks like none, and so may be JSON.
    static func format(ofText source: JSONSource) -> (any TextGraphFormat.Type)? {
        guard let start = TextStart(source) else { return nil }
        // What says so of itself is a list of edges, whatever ids its nodes have.
        if start.firstLine.first == "#", EdgeList.isMark(start.firstLine.dropFirst().lowercased()) {
            return EdgeList.self
        }
        return text.first { $0.fits(start) }
    }

    // MARK: - What is not read

    /// What is read, for messages.
    static let allowed =
        (json.map { $0.title } + text.map { $0.title }).joined(separator: ", ")
        + #", or a family as in {"family": "ring", "nodes": 16}"#

    static func fault(_ format: String, at position: JSONPosition) -> ConfigurationFault {
        ConfigurationFault(
            "this looks like \(format), which is not read; allowed: \(allowed)", at: position.description)
    }

    /// The words that texts begin with which are no graph that is read.
    private static let unreadBeginnings = [
        ("*vertices", "a Pajek file"), ("*network", "a Pajek file"), ("<gexf", "GEXF"), ("<", "XML other than GraphML"),
    ]

    /// What is known and not read.
    static func unread(ofText source: JSONSource) -> String? {
        guard let start = TextStart(source) else { return nil }
        if start.text.contains("<gexf") { return "GEXF" }
        return unreadBeginnings.first { start.firstLine.lowercased().hasPrefix($0.0) }?.1
    }

    static func unread(_ file: JSONValue) -> String? {
        file.member("children") != nil && file.member("nodes") == nil ? "networkx's tree data" : nil
    }

    // MARK: - For files that should be another

    /// What a text that is a graph, but was to be something else, looks like.
    static func name(ofText source: JSONSource) -> String? { format(ofText: source)?.title ?? unread(ofText: source) }

    /// The same of a JSON file.
    static func name(of file: JSONValue) -> String? {
        guard let format = format(of: file) else { return unread(file) }
        return format == NodeLink.self ? nil : format.title
    }
}

extension JSONValue {
    func has(_ key: String) -> Bool { member(key) != nil }

    /// The first element of the array that this is.
    var firstElement: JSONValue? { if case .array(let elements) = kind { elements.first } else { nil } }

    /// The first element of the array under this key.
    func first(of key: String) -> JSONValue? { member(key)?.firstElement }
}

extension JSONValue? {
    func has(_ key: String) -> Bool { self?.member(key) != nil }
}
