// Where an experiment comes from: the catalogue, a file, or a part of another file. It knows how the files that the
// experiment names are found.
import JSON
import Platform
import Registry
public import Scenario

/// An experiment that was read, and where it stood.
public struct ExperimentSource: Sendable {
    private enum Place: Sendable {
        case catalogue(BuiltInExperiment)
        case file(String)
    }

    public let experiment: Experiment
    /// As it was written, without the overrides.
    public let json: JSONValue
    private let place: Place
    private let inputs: InputFiles

    /// - Parameters:
    ///   - name: of a built-in experiment, or the path of a file: what has a slash or ends in `.json`, or is there.
    ///   - overrides: each `key.path=value`.
    ///   - inputs: how files are read that are named on the command line or in a file.
    public init(
        named name: String, overrides: [String] = [], inputs: InputFiles = InputFiles()
    ) throws(ConfigurationFault) {
        self.inputs = inputs
        if isPath(name) {
            let bytes = try inputs.read(name)
            experiment = try Experiment(bytes, name: name, overrides: overrides)
            json = try StrictJSON.read(bytes, name: name)
            place = .file(name)
        } else if BuiltInSweeps.all.contains(where: { $0.name == name }) {
            throw ConfigurationFault("\(name) is a sweep, not an experiment; 'gossiplab sweep \(name)' runs it")
        } else {
            let builtIn = try BuiltInExperiments.named(name)
            experiment = try Experiment(Array(builtIn.json.utf8), name: name, overrides: overrides)
            json = try StrictJSON.read(builtIn.json, name: name)
            place = .catalogue(builtIn)
        }
    }

    /// - Parameter file: where `json` stands.
    public init(
        _ json: JSONValue, in file: String, overrides: [String] = [], inputs: InputFiles = InputFiles()
    ) throws(ConfigurationFault) {
        self.inputs = inputs
        experiment = try Experiment(json, overrides: overrides)
        self.json = json
        place = .file(file)
    }

    /// Where the files of its data are looked for.
    public var dataFiles: HostDataFiles {
        switch place {
        case .catalogue: HostDataFiles()
        case .file(let file): HostDataFiles(namedIn: file)
        }
    }

    /// The graph of an experiment that differs from this one in settings only.
    public func topologyFile(
        of variant: Experiment, room: MemoryRoom = .unbounded
    ) throws(ConfigurationFault) -> TopologyFile {
        try variant.topologyFile(room: room) { path throws(ConfigurationFault) in
            switch place {
            case .catalogue(let builtIn):
                builtIn.topologyFile?.path == path ? try builtIn.read(path) : try inputs.read(path)
            case .file(let file): try inputs.read(Files.path(path, besideIfThere: file))
            }
        }
    }
}

/// Whether a name means a file and not what comes with the program.
public func isPath(_ name: String) -> Bool {
    let builtIn = BuiltInExperiments.all.map(\.name) + BuiltInSweeps.all.map(\.name)
    return name.contains("/") || name.hasSuffix(".json") || !builtIn.contains(name) && Files.exists(name)
}
