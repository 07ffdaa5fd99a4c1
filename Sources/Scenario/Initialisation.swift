// Initialisation: where the nodes' first models come from. They are drawn from the experiment's seed, or stand in a
// file, which is then as much a part of the experiment as its data are.
import JSON
import Kernels
import Learning
import Registry
import Tensors

/// Whether all nodes start from one drawn model, each from its own, or all from zero or from one in a file.
public enum Initialisation: Sendable, Equatable {
    case same, different
    /// A net with hidden layers never leaves it.
    case zero
    /// Every parameter is drawn from a normal distribution around 0, once for all nodes or for each.
    case normal(deviation: Double, isCommon: Bool)
    case file(TensorSource)

    /// Whether all nodes start from one model.
    var isCommon: Bool {
        switch self {
        case .different, .normal(_, isCommon: false): false
        case .same, .zero, .normal, .file: true
        }
    }

    /// Of the parameters, where the model does not decide it.
    var deviation: Double? {
        switch self {
        case .zero: 0
        case .normal(let deviation, _): deviation
        case .same, .different, .file: nil
        }
    }

    /// The same, whatever the file is called and wherever it is.
    var withoutPlace: Initialisation {
        guard case .file(let source) = self else { return self }
        return .file(TensorSource(path: "", digest: source.digest))
    }
}

/// A file of tensors that an experiment names.
public struct TensorSource: Sendable, Equatable {
    public let path: String
    /// SHA-256 of its bytes, as hexadecimal digits: another file is refused. `nil` until the file has been read.
    public let digest: String?

    public init(path: String, digest: String? = nil) {
        self.path = path
        self.digest = digest
    }

    /// What is in the file, and the source that finds the same file from any folder, and no other one.
    ///
    /// - Parameter key: the path of the setting that names it, for messages.
    func read(
        from files: any DataFiles, key: String
    ) throws(ConfigurationFault) -> (tensors: TensorFile, pinned: TensorSource) {
        guard let found = files.find(path) else {
            throw ConfigurationFault("there is no such file; \(key).file says where it is", at: path)
        }
        let source = HashedSource(try files.open(found))
        let tensors = try TensorFormatCatalog.read(source, path: found)
        let digest = hexadecimal(source.digest)
        guard self.digest == nil || self.digest == digest else {
            throw ConfigurationFault(
                "this is not the file that the experiment was made for: its digest is \(digest), not "
                    + "\(self.digest ?? "")", at: found)
        }
        return (tensors, TensorSource(path: found, digest: digest))
    }
}

extension TensorSource {
    /// What an object's keys `file` and `digest` say.
    init(in object: JSONObject, key: String) throws(ConfigurationFault) {
        self.init(try object.file(key))
    }

    init(_ file: FileValue) { self.init(path: file.path, digest: file.digest) }

    var value: FileValue { FileValue(path: path, digest: digest) }
}

extension TensorFile {
    /// That numbers were rounded, if they were.
    func roundingWarning(of path: String) -> String? {
        let types = roundedTypes.map(\.rawValue).joined(separator: ", ")
        return types.isEmpty ? nil : "\(path) holds numbers of type \(types): each is rounded to F32"
    }
}

/// The first model of all nodes, from a file.
struct InitialModel {
    /// `nil` where it is drawn.
    let parameters: [Float]?
    let pinned: Initialisation
    /// What was done to the numbers, if anything.
    let warning: String?

    init(
        _ initialisation: Initialisation, of layout: TensorLayout, besides others: [String] = [],
        from files: any DataFiles
    ) throws(ConfigurationFault) {
        guard case .file(let source) = initialisation else {
            (parameters, pinned, warning) = (nil, initialisation, nil)
            return
        }
        let (file, found) = try source.read(from: files, key: "training.initialisation")
        parameters = try layout.vector(of: file, path: found.path, besides: others)
        pinned = .file(found)
        warning = file.roundingWarning(of: found.path)
    }
}

extension SettingKey {
    static func initialisation(
        _ path: String, _ field: Field<Root, Initialisation>, _ summary: String
    ) -> SettingKey {
        SettingKey(path, allowed: Initialisation.allowed, summary) { root, value, key throws(ConfigurationFault) in
            root[keyPath: field] = try Initialisation(value, key: key)
        } write: {
            $0[keyPath: field].json
        }
    }
}

extension Initialisation {
    private static let words = ["same", "different", "zero"]
    fileprivate static let allowed =
        #"same, different, zero, {"normal": 0.1, "nodes": "different"}, {"file": "start.safetensors"}"#
    private static let deviations = 0.0...1e6

    fileprivate init(_ value: JSONValue, key: String) throws(ConfigurationFault) {
        switch value.kind {
        case .text("same"): self = .same
        case .text("different"): self = .different
        case .text("zero"): self = .zero
        case .text(let word) where word.contains("."):
            throw value.fault(#"\#(key) is '\#(excerpt(of: word))'; a file is named by {"file": "…"}"#)
        case .text(let word):
            throw ConfigurationFault(
                .unknown(noun: key, given: word, known: Initialisation.words), at: value.position.description)
        case .object:
            let object = try value.object(key)
            if object["normal"] != nil {
                self = try Initialisation(normal: object, key: key)
            } else {
                try object.refuseUnknownKeys(known: ["normal", "nodes", "file", "digest"])
                self = .file(try TensorSource(in: object, key: key))
            }
        default: throw value.typeFault(key, expected: Initialisation.allowed)
        }
    }

    /// What an object's keys `normal` and `nodes` say.
    private init(normal object: JSONObject, key: String) throws(ConfigurationFault) {
        try object.refuseUnknownKeys(known: ["normal", "nodes"])
        let value = try object.required("normal", expected: "a deviation")
        let path = object.path(of: "normal")
        let deviation = try value.number(path)
        guard Self.deviations.contains(deviation) else {
            throw value.rangeFault(path, Parameter.number(path, Self.deviations, default: nil, "").allowed)
        }
        let common = ["same", "different"]
        guard let nodes = object["nodes"] else {
            self = .normal(deviation: deviation, isCommon: true)
            return
        }
        let word = try nodes.text(object.path(of: "nodes"))
        guard common.contains(word) else {
            throw ConfigurationFault(
                .unknown(noun: object.path(of: "nodes"), given: word, known: common), at: nodes.position.description)
        }
        self = .normal(deviation: deviation, isCommon: word == common[0])
    }

    fileprivate var json: JSONValue {
        switch self {
        case .same: .text("same")
        case .different: .text("different")
        case .zero: .text("zero")
        case .normal(let deviation, let isCommon):
            .object(["normal": .number(deviation), "nodes": .text(isCommon ? "same" : "different")])
        case .file(let source):
            .object(["file": .text(source.path), "digest": source.digest.map { .text($0) }])
        }
    }
}
