// The built-in experiments: each can be assembled, and is what it says.
import Foundation
import Registry
import Testing

@testable import Scenario

@Suite("Built-in experiments")
struct BuiltInExperimentsTests {
    private static let names = BuiltInExperiments.all.map(\.name)

    private func assembled(_ name: String) throws -> Assembly {
        let builtIn = try BuiltInExperiments.named(name)
        let experiment = try Experiment(Array(builtIn.json.utf8), name: name)
        return try Assembly(experiment, topology: experiment.topologyFile(reading: builtIn.read))
    }

    @Test("each assembles, without a doubt but the oracle's", arguments: names)
    func assembles(name: String) throws {
        let assembly = try assembled(name)
        #expect(assembly.experiment.name == name)
        #expect(assembly.warnings.allSatisfy { $0.contains("oracle") })
        for node in assembly.topology.nodes { #expect(try !assembly.node(node).neighbours.isEmpty) }
    }

    @Test("what is shown of each reads back equal", arguments: names)
    func shows(name: String) throws {
        let original = try experiment(try BuiltInExperiments.named(name).json)
        #expect(try experiment(original.resolvedJSON) == original)
    }

    @Test("in quickstart no honest node has more hostile nodes beside it than it tolerates")
    func quickstart() throws {
        let assembly = try assembled("quickstart")
        #expect(assembly.topology.nodeCount == 16 && assembly.hostile.count == 3)
        for node in assembly.honest {
            #expect(assembly.topology.degree(of: node) == 6)
            #expect(assembly.topology.neighbours(of: node).count { assembly.hostile.contains($0) } <= 2)
        }
    }

    @Test("an embedded topology is the file of that name")
    func embedded() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        for builtIn in BuiltInExperiments.all {
            guard let (path, text) = builtIn.topologyFile else { continue }
            #expect(try String(contentsOf: root.appending(path: path), encoding: .utf8) == text)
        }
    }

    @Test("unknown names and files are faults")
    func unknown() {
        let text = message { () throws(ConfigurationFault) in _ = try BuiltInExperiments.named("quickstar") }
        #expect(text.hasPrefix("unknown experiment 'quickstar'; did you mean 'quickstart'?"))
        #expect(throws: ConfigurationFault.self) { try BuiltInExperiments.quickstart.read("Topologies/other.json") }
    }
}
