// FrozenLayers: the lowest layers of a net, taken from a file and not trained. They are as much a part of the
// experiment as its data are, and travel nowhere.
import JSON
import Learning
import Registry
import Tensors

/// So many layers from below, and the file that holds their parameters.
public struct FrozenLayers: Sendable, Equatable {
    public let source: TensorSource
    /// Layers that have parameters.
    public let count: Int

    static let allowed = #"null, {"file": "trained.safetensors", "layers": 2}"#

    /// The same, whatever the file is called and wherever it is.
    var withoutPlace: FrozenLayers {
        FrozenLayers(source: TensorSource(path: "", digest: source.digest), count: count)
    }
}

/// An objective of which the lower layers are held, and what was read for it.
struct HeldNet {
    let objective: any Objective
    let pinned: FrozenLayers?
    /// What the held parameters are called: the file of a first model may hold them too.
    let names: [String]
    /// What was done to the numbers, if anything.
    let warning: String?

    init(
        _ objective: any Objective, holding frozen: FrozenLayers?, from files: any DataFiles
    ) throws(ConfigurationFault) {
        guard let frozen else {
            (self.objective, pinned, names, warning) = (objective, nil, [], nil)
            return
        }
        guard let net = objective as? Network, frozen.count < net.layerNames.count else {
            let layers = (objective as? Network)?.layerNames ?? []
            throw ConfigurationFault(
                "training.frozen holds \(frozen.count) \(frozen.count == 1 ? "layer" : "layers"), and the model has "
                    + (layers.count < 2 ? "one layer or none" : layers.joined(separator: ", "))
                    + "; allowed: fewer than it has, so that something is left to train")
        }
        let (file, found) = try frozen.source.read(from: files, key: "training.frozen")
        let held = net.parameters(ofLowest: frozen.count)
        let rest = net.allParameters.dropFirst(held.count).map(\.name)
        let layout = TensorLayout(held.map { ($0.name, $0.axes) })
        self.objective = net.holding(
            frozen.count, at: try layout.vector(of: file, path: found.path, besides: rest))
        pinned = FrozenLayers(source: found, count: frozen.count)
        names = held.map(\.name)
        warning = file.roundingWarning(of: found.path)
    }
}

extension SettingKey {
    static func frozen(_ path: String, _ field: Field<Root, FrozenLayers?>, _ summary: String) -> SettingKey {
        SettingKey(path, allowed: FrozenLayers.allowed, summary) { root, value, key throws(ConfigurationFault) in
            root[keyPath: field] = try FrozenLayers(value, key: key)
        } write: {
            $0[keyPath: field].map(\.json) ?? JSONValue(.null)
        }
    }
}

extension FrozenLayers {
    fileprivate init?(_ value: JSONValue, key: String) throws(ConfigurationFault) {
        if case .null = value.kind { return nil }
        guard value.isObject else { throw value.typeFault(key, expected: FrozenLayers.allowed) }
        let object = try value.object(key)
        try object.refuseUnknownKeys(known: ["file", "digest", "layers"])
        source = try TensorSource(in: object, key: key)
        count = try object.required("layers", expected: "a whole number").count("\(key).layers", in: 1...1_000)
    }

    fileprivate var json: JSONValue {
        .object(["file": .text(source.path), "digest": source.digest.map { .text($0) }, "layers": .number(count)])
    }
}
