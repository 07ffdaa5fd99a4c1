// ExperimentStart: the files that a new experiment starts from, copied from one that there is.
import JSON
import Kernels
import Platform
import Registry
import Scenario

/// Two files, an experiment and its graph, that run as the experiment they were made from.
public struct ExperimentStart {
    public let experimentPath: String
    public let topologyPath: String
    private let experiment: [UInt8]
    private let topology: [UInt8]

    /// - Parameter path: of the new experiment, without `.json`; its last part names it.
    /// - Throws: where the new files would not run as the old ones do.
    public init(_ path: String, from source: ExperimentSource) throws(ConfigurationFault) {
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        guard !name.isEmpty, name == RunDirectory.fileName(name), !name.hasPrefix("-"), !name.hasPrefix(".") else {
            throw ConfigurationFault(
                .notAllowed(
                    key: "NAME", given: "'\(path)'", allowed: "letters, digits, '-', '_' and '.', perhaps in a folder"))
        }
        experimentPath = "\(path).json"
        topologyPath = "\(path)-topology.json"
        let file = try source.topologyFile(of: source.experiment)
        if case .inline(let graph) = source.experiment.topology {
            topology = Array(JSONText.pretty(graph).utf8)
        } else {
            topology = Array(file.write().utf8)
        }
        let changed = [
            JSONMember("name", .text(name)), JSONMember("topology", .text("\(name)-topology.json")),
        ]
        let others = source.json.members.filter { member in !changed.contains { $0.key == member.key } }
        let json = JSONValue(.object(changed + others))
        experiment = Array(JSONText.pretty(json).utf8)
        try check(json, file, against: source)
    }

    /// What lies beside the old file does not lie beside the new one.
    private func check(
        _ json: JSONValue, _ file: TopologyFile, against source: ExperimentSource
    ) throws(ConfigurationFault) {
        let before = try Assembly(source.experiment, topology: file, files: source.dataFiles).identity
        let copy = try? Assembly(
            Experiment(json), topology: TopologyFile.read(topology, name: topologyPath),
            files: HostDataFiles(namedIn: experimentPath))
        guard copy?.identity == before else {
            throw ConfigurationFault(
                "the experiment names files that are found beside it and would not be found beside \(experimentPath); "
                    + "expected are their paths from the top, or a NAME in the same folder")
        }
    }

    /// Writes both files, or neither where one of them is there already.
    public func write() throws {
        if let slash = experimentPath.lastIndex(of: "/") { try Files.makeDirectory(String(experimentPath[..<slash])) }
        guard try Files.writeNew(experiment, to: experimentPath) else { throw Self.taken(experimentPath) }
        var isWhole = false
        defer { if !isWhole { Files.remove(experimentPath) } }
        guard try Files.writeNew(topology, to: topologyPath) else { throw Self.taken(topologyPath) }
        isWhole = true
    }

    private static func taken(_ path: String) -> ConfigurationFault {
        ConfigurationFault("\(path) is already there, and stays as it is; expected is a new NAME")
    }
}
