// Which of our own files a JSON value looks like, for one that is given where another is expected.
import JSON
import Registry

/// A kind of file, known by keys that only it has.
public enum FileKind: Sendable {
    case experiment, sweep, topology, keys, summary

    /// - Parameter file: the whole of it.
    public init?(_ file: JSONValue) {
        guard let keys = file.isObject ? file.fewKeys : [] else { return nil }
        func has(_ key: String) -> Bool { keys.contains(key) }
        if has("base") || has("grid") {
            self = .sweep
        } else if has("keys") && has("node") {
            self = .keys
        } else if has("modelDigest") {
            self = .summary
        } else if FileKind.sections.contains(where: has) {
            self = .experiment
        } else if has("nodes") || has("family") || GraphFormats.name(of: file) != nil {
            self = .topology
        } else {
            return nil
        }
    }

    /// Keys at the top of an experiment that no other file has.
    private static let sections = Experiment.keys.map { String($0.path.prefix { $0 != "." }) }
        .filter { !["name", "seed", "network"].contains($0) }

    /// Refuses a file that is clearly another one.
    ///
    /// - Parameter file: the whole of it.
    public func refuseOthers(_ file: JSONValue) throws(ConfigurationFault) {
        guard let kind = FileKind(file), kind != self else { return }
        let path = file.position.file ?? "FILE"
        let format = kind == .topology ? GraphFormats.name(of: file).map { " (it looks like \($0))" } ?? "" : ""
        throw file.fault("this is \(kind.noun)\(format), not \(noun)\(kind.advice(for: self, path: path))")
    }

    private var noun: String {
        switch self {
        case .experiment: "an experiment"
        case .sweep: "a sweep"
        case .topology: "a graph"
        case .keys: "the key file of a node"
        case .summary: "the summary of a run"
        }
    }

    /// What can be done with a file of this kind instead.
    private func advice(for expected: FileKind, path: String) -> String {
        switch (self, expected) {
        case (.sweep, _): "; 'gossiplab sweep \(path)' runs it"
        case (.experiment, .sweep):
            #"; 'gossiplab run \#(path)' runs it, {"base": "\#(path)", "grid": {"seed": [1, 2, 3]}} is a sweep of it"#
        case (.experiment, _): "; allowed: \(GraphFormats.allowed)"
        case (.topology, _): "; 'gossiplab run quickstart --set topology=\(path)' runs one on it"
        case (.keys, _), (.summary, _): ""
        }
    }
}
