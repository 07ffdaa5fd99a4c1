// Identity of an experiment, a hash: equal for all nodes of a run, different for runs that may differ in their models.
import Cryptography
import JSON
import Registry

extension Experiment {
    /// SHA-256 of the canonical form, with the digests of graph, data and a file of a first model in place of their
    /// paths, and without what changes no result: name, transport, deadlines, how often is measured and saved.
    ///
    /// - Returns: 32 bytes.
    func identity(topologyDigest: String, datasetDigest: String) -> [UInt8] {
        var placeless = self
        placeless.training.initialisation = training.initialisation.withoutPlace
        placeless.training.frozen = training.frozen?.withoutPlace
        placeless.adversary = adversary.map(\.withoutPlace)
        let settings = placeless.json { $0.belongsToIdentity && $0.path != "topology" && $0.path != "task.dataset" }
        let whole = JSONValue.object([
            "settings": settings, "topology": .text(topologyDigest), "dataset": .text(datasetDigest),
        ])
        return SHA256.hash(Array(JSONText.canonical(whole).utf8))
    }
}

extension AdversaryGroup {
    /// The same, wherever the files are that its attack reads.
    fileprivate var withoutPlace: AdversaryGroup {
        var placeless = self
        for name in attack.parameters.names {
            guard let file = attack.parameters.file(name) else { continue }
            placeless.attack.parameters = placeless.attack.parameters.with(
                name, .file(FileValue(path: "", digest: file.digest)))
        }
        return placeless
    }
}
