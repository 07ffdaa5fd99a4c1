// An experiment as text: reading it with every default filled in, and writing it whole.
import JSON
import Registry

extension Experiment {
    /// Reads an experiment file and applies what followed each `--set`, in order.
    ///
    /// - Parameters:
    ///   - name: what messages call the file.
    ///   - overrides: each `key.path=value`.
    public init(_ bytes: [UInt8], name: String, overrides: [String] = []) throws(ConfigurationFault) {
        if let format = GraphFormats.name(ofText: JSONSource(name: name, bytes: bytes)) {
            throw ConfigurationFault(
                "this looks like \(format), not an experiment; \(Experiment.hint)", at: "\(name):1:1")
        }
        try self.init(StrictJSON.read(bytes, name: name), overrides: overrides)
    }

    /// Reads what stands in an experiment file, or in a part of another file.
    public init(_ json: JSONValue, overrides: [String] = []) throws(ConfigurationFault) {
        self.init()
        try FileKind.experiment.refuseOthers(json)
        try assign(json, at: "")
        for assignment in overrides { try set(assignment) }
    }

    private static let hint = "'gossiplab show quickstart' prints one"

    /// The experiment with every key, as a file that reads back as an equal value.
    public var resolvedJSON: String { JSONText.pretty(json()) }

    /// The experiment's graph.
    ///
    /// - Parameters:
    ///   - read: the bytes of the file at this path.
    ///   - room: what there is for the graph.
    public func topologyFile(
        room: MemoryRoom = .unbounded, reading read: @escaping (String) throws(ConfigurationFault) -> [UInt8]
    ) throws(ConfigurationFault) -> TopologyFile {
        switch topology {
        case .path(let path): return try TopologyFile.read(path: path, room: room, reading: read)
        case .inline(let json):
            do throws(ConfigurationFault) {
                return try TopologyFile.read(json, room: room, files: read)
            } catch {
                throw error.located(at: "topology")
            }
        }
    }
}
