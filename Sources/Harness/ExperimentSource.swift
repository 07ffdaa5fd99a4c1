// Where an experiment comes from: the catalogue, a file, or a part of another file. It knows how the files that the
// experiment names are found.
public import Kernels
import Platform
public import Scenario

/// An experiment that was read, and where it stood.
public struct ExperimentSource: Sendable {
    private enum Place: Sendable {
        case catalogue(BuiltInExperiment)
        case file(String)
    }

    public let experiment: Experiment
    private let place: Place

    /// - Parameters:
    ///   - name: of a built-in experiment, or the path of a file: what has a slash or ends in `.json`.
    ///   - overrides: each `key.path=value`.
    public init(named name: String, overrides: [String] = []) throws(ConfigurationFault) {
        if isPath(name) {
            experiment = try Experiment(try readInput(name), name: name, overrides: overrides)
            place = .file(name)
        } else {
            let builtIn = try BuiltInExperiments.named(name)
            experiment = try Experiment(Array(builtIn.json.utf8), name: name, overrides: overrides)
            place = .catalogue(builtIn)
        }
    }

    /// - Parameter file: where `json` stands.
    public init(_ json: JSONValue, in file: String, overrides: [String] = []) throws(ConfigurationFault) {
        experiment = try Experiment(json, overrides: overrides)
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
    public func topologyFile(of variant: Experiment) throws(ConfigurationFault) -> TopologyFile {
        try variant.topologyFile { path throws(ConfigurationFault) in
            switch place {
            case .catalogue(let builtIn):
                builtIn.topologyFile?.path == path ? try builtIn.read(path) : try readInput(path)
            case .file(let file): try readInput(Files.path(path, besideIfThere: file))
            }
        }
    }
}

/// Whether a name means a file and not an entry of a catalogue.
public func isPath(_ name: String) -> Bool { name.contains("/") || name.hasSuffix(".json") }

/// The bytes of a file that the operator named.
public func readInput(_ path: String) throws(ConfigurationFault) -> [UInt8] {
    do throws(SystemFault) { return try Files.read(path) } catch { throw ConfigurationFault(error.description) }
}
