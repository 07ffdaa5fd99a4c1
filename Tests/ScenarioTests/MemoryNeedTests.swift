// Memory needs: what an experiment needs is said before any of it is asked for.
import Registry
import Testing

@testable import Scenario

@Suite("Memory")
struct MemoryNeedTests {
    private func complaint(_ settings: [String], _ use: MemoryRoom.Use, bytes: Int = 1_000_000_000) -> String {
        message { () throws(ConfigurationFault) in
            let room = MemoryRoom(bytes: bytes, for: use)
            let experiment = try experiment(#"{"topology": {"family": "complete", "nodes": 10}}"#, settings)
            let file = try experiment.topologyFile(room: room) { _ throws(ConfigurationFault) in [] }
            _ = try Assembly(experiment, topology: file, sharesData: use != .node, room: room)
        }
    }

    @Test(
        "is told with what takes it and what there is",
        arguments: [
            // 10⁶ samples of 1,000 features and a label, 1,000 for testing, and ten scores of each.
            (
                ["task.dataset={\"kind\": \"synthetic\", \"samples\": 1000000, \"features\": 1000}"], "4.0 GB",
                "data 4.0 GB", "fewer samples, fewer features"
            ),
            // Ten nodes with three models of (10⁶ + 1) · 10 parameters.
            (
                ["task.dataset={\"kind\": \"synthetic\", \"samples\": 10, \"testSamples\": 10, \"features\": 1000000}"],
                "1.3 GB", "models 1.2 GB", "a smaller model, fewer nodes, fewer samples, fewer features"
            ),
            // What four thousand neurons make of 10⁵ samples.
            (
                [
                    "task.dataset={\"kind\": \"synthetic\", \"samples\": 1000000, \"features\": 2}",
                    "task.model={\"kind\": \"perceptron\", \"hidden\": [1000, 1000]}", "training.batchSize=1000000",
                ], "1.7 GB", "activations 1.6 GB", "a smaller training.batchSize, a smaller model, fewer nodes"
            ),
            (
                ["topology={\"family\": \"randomRegular\", \"nodes\": 10000, \"degree\": 1000}"], "502 MB",
                "the graph 502 MB", "fewer nodes, fewer links"
            ),
        ])
    func needed(settings: [String], total: String, part: String, allowed: String) {
        let line = complaint(settings, .simulation, bytes: 500_000_000)
        #expect(
            line.contains("of memory are needed") && line.contains("and 500 MB are free; allowed: "), "\(line)")
        #expect(line.contains("at least \(total)") && line.contains(part), "\(line)")
        #expect(line.hasSuffix("; allowed: \(allowed)"), "\(line)")
    }

    @Test("is more for processes, each of which has its neighbours' models, and less for one of them")
    func uses() {
        // A model of 40 MB: thirty in one process, ninety more in ten, and twelve in a node.
        let settings = [
            "task.dataset={\"kind\": \"synthetic\", \"samples\": 10, \"testSamples\": 10, \"features\": 1000000}"
        ]
        #expect(complaint(settings, .processes).contains("models 4.8 GB"))
        #expect(complaint(settings, .simulation).contains("models 1.2 GB"))
        #expect(complaint(settings, .node, bytes: 450_000_000).contains("models 480 MB"))
        #expect(complaint(settings, .node, bytes: 600_000_000).isEmpty)
    }

    @Test("a model that no frame can carry is refused, whatever there is")
    func dimension() {
        let settings = ["task.dataset={\"kind\": \"synthetic\", \"features\": 1000000, \"classes\": 10000}"]
        #expect(
            complaint(settings, .simulation, bytes: .max) == "a model has 10000010000 parameters for 1000000 features "
                + "and 10000 classes; allowed: up to 1073741823")
    }

    @Test("taps between many are counted before they are made")
    func taps() {
        let hostile = (0..<1000).map { "\"\($0)\"" }.joined(separator: ",")
        let settings = [
            "topology={\"family\": \"ring\", \"nodes\": 2000}",
            "adversary={\"nodes\": [\(hostile)], \"attack\": \"alie\", \"taps\": \"honest\"}",
        ]
        #expect(complaint(settings, .simulation, bytes: 100_000_000).contains("the graph 200 MB"))
    }

    @Test("usual experiments fit into little")
    func usual() {
        #expect(complaint([], .simulation, bytes: 10_000_000).isEmpty)
        #expect(complaint([], .processes, bytes: 40_000_000).isEmpty)
    }
}
