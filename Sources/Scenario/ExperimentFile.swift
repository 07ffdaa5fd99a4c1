// An experiment as text: reading it with every default filled in, and writing it whole.
public import Kernels

extension Experiment {
    /// Reads an experiment file and applies what followed each `--set`, in order.
    ///
    /// - Parameters:
    ///   - name: what messages call the file.
    ///   - overrides: each `key.path=value`.
    public init(_ bytes: [UInt8], name: String, overrides: [String] = []) throws(ConfigurationFault) {
        try self.init(StrictJSON.read(bytes, name: name), overrides: overrides)
    }

    /// Reads what stands in an experiment file, or in a part of another file.
    public init(_ json: JSONValue, overrides: [String] = []) throws(ConfigurationFault) {
        self.init()
        try assign(json, at: "")
        for assignment in overrides { try set(assignment) }
    }

    /// The experiment with every key, as a file that reads back as an equal value.
    public var resolvedJSON: String { JSONText.pretty(json()) }

    /// The experiment's graph.
    ///
    /// - Parameter read: the bytes of the file at this path.
    public func topologyFile(
        reading read: (String) throws(ConfigurationFault) -> [UInt8]
    ) throws(ConfigurationFault) -> TopologyFile {
        switch topology {
        case .path(let path): try TopologyFile.read(try read(path), name: path)
        case .inline(let json): try TopologyFile.read(Array(JSONText.canonical(json).utf8), name: "topology")
        }
    }
}
