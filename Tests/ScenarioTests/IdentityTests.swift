// The identity of experiments: what makes two of them the same one.
import Registry
import Testing
import TestSupport

@testable import Scenario

@Suite("Identity")
struct IdentityTests {
    private static let base = #"{"adversary": [{"nodes": ["3"]}], "aggregation": {"rule": "trimmedMean"}}"#
    /// For each key a setting that differs from the default; `nil` where only one value is allowed.
    private static let changes: [String: String?] = [
        "name": "other", "seed": "2", "topology": #"{"family": "ring", "nodes": 16}"#,
        "task.dataset": #"{"kind": "synthetic"}"#, "task.split": "iid", "task.split.over": "honest",
        "task.split.minimumSamples": "5", "task.model": "quadratic", "task.validation": "0.1",
        "training.rounds": "7", "training.batchSize": "7", "training.sampling": "window",
        "training.stepSize": "constant",
        "training.momentum": "0", "training.warmUp": "3", "training.weightDecayForm": "decoupled", "training.clip": "1",
        "training.projection": "ball", "training.frozen": nil,
        "training.output": "leastNorm", "training.privacy.clip": nil, "training.privacy.noiseMultiplier": nil,
        "training.privacy.epsilon": nil, "training.privacy.delta": "1e-6", "training.privacy.sampling": "shuffled",
        "training.localSteps": "2", "training.weightDecay": "0", "training.exchange": "momentum",
        "training.gossipSteps": "2",
        "training.participation": "0.5", "training.mixEvery": "2", "training.initialisation": "different",
        "timing.kind": "asynchronous", "timing.staleness": "3", "timing.stepMilliseconds": "3",
        "timing.stepSpread": "0",
        "timing.deadlineMilliseconds": "7", "timing.joinSeconds": "7", "aggregation.rule": "weightedMean",
        "aggregation.before": "nnm", "aggregation.tolerates": "oracle", "aggregation.mode": "strict", "adversary": "[]",
        "network.transport": nil,
        "faults": "lossy", "checkpoint.every": "7", "measure.every": "7", "measure.optimum": "none",
        "measure.also": "classes", "measure.target": "0.9", "measure.reference": "noCommunication",
        "measure.stability.twins": "2", "measure.stability.nodes": #"["2"]"#, "measure.stability.sample": "3",
        "measure.stability.attacker": "frozen", "measure.stability.seed": "2", "measure.stability.risk": "0.1",
        "trace": "recent",
    ]
    private static let cosmetic = [
        "name", "timing.deadlineMilliseconds", "timing.joinSeconds", "network.transport", "checkpoint.every",
        "measure.every",
        "measure.optimum", "measure.also", "measure.target", "measure.reference", "measure.stability.twins",
        "measure.stability.nodes", "measure.stability.sample", "measure.stability.attacker", "measure.stability.seed",
        "measure.stability.risk", "trace",
    ]

    private func identity(_ settings: [String] = []) throws(ConfigurationFault) -> [UInt8] {
        try assemble(Self.base, settings).identity
    }

    @Test("the table of changes above knows every key")
    func completeness() {
        #expect(Set(Self.changes.keys) == Set(Experiment.keys.map(\.path)))
        #expect(Set(Self.cosmetic) == Set(Experiment.keys.filter { !$0.belongsToIdentity }.map(\.path)))
    }

    @Test("changes with what can change a result, and with nothing else", arguments: Experiment.keys.map(\.path))
    func change(path: String) throws {
        guard let value = Self.changes[path] ?? nil else { return }
        let isEqual = try identity(["\(path)=\(value)"]) == identity()
        #expect(isEqual == Self.cosmetic.contains(path))
    }

    @Test(
        "changes with every setting of a group",
        arguments: ["nodes=[\"4\"]", "attack=gaussian", "from=1", "until=9", "probability=0.5", "collude=true"])
    func group(setting: String) throws {
        #expect(try identity(["adversary.\(setting)"]) != identity())
    }

    @Test("is the same for a generated graph and for the file it would be written as, whatever that is called")
    func topology() throws {
        let generated = try experiment(Self.base)
        let file = try generated.topologyFile { _ throws(ConfigurationFault) in [] }
        var written = generated
        written.topology = .path("elsewhere.json")
        let reread = try written.topologyFile { _ throws(ConfigurationFault) in Array(file.write().utf8) }
        #expect(try Assembly(written, topology: reread).identity == Assembly(generated, topology: file).identity)
    }

    @Test("is spelt the same however the file was written")
    func spelling() throws {
        let terse = try assemble(#"{"aggregation": {"rule": "cs+"}, "training": {"momentum": 0.50}}"#)
        let verbose = try assemble(
            #"{"training": {"momentum": 5e-1, "rounds": 2e2}, "aggregation": {"rule": {"kind": "csPlus"}}}"#)
        #expect(terse.identity == verbose.identity)
        #expect(terse.identity.count == 32)
    }
    @Test("depends on what is in the files of its data and not on where they are, and a run keeps both")
    func files() throws {
        func assemble(_ files: MemoryFiles, _ folder: String, sharesData: Bool = false) throws -> Assembly {
            let experiment = try experiment(
                #"{"task": {"dataset": {"kind": "idx", "folder": "\#(folder)"}}}"#)
            let topology = try experiment.topologyFile { _ throws(ConfigurationFault) in [] }
            return try Assembly(experiment, topology: topology, files: files, sharesData: sharesData)
        }
        let moved = MemoryFiles(zip(SmallImages.names, SmallImages.files()).map { ("/data/\($0)", $1) })
        let here = try assemble(.smallImages(), ".")
        let there = try assemble(moved, "/data", sharesData: true)
        #expect(here.identity == there.identity)
        let other = MemoryFiles.smallImages([(2, SmallImages.files()[2].dropLast() + [7])])
        #expect(try assemble(other, ".").identity != here.identity)

        let kept = try experiment(there.experiment.resolvedJSON)
        #expect(kept == there.experiment)
        #expect(kept.task.dataset.parameters.text("trainImages") == "/data/train-images-idx3-ubyte")
        #expect(kept.task.dataset.parameters.text("digest").count == 64)
    }
}
