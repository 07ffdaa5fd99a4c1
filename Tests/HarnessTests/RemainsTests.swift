// What a node that comes back knows of its earlier life.
import Core
import Kernels
import Metrics
import Registry
import Scenario
import Testing

@testable import Harness
@testable import Platform

@Suite("Remains of a node")
struct RemainsTests {
    /// The last round for which the node may have sent a model, as its folder tells.
    private func published(_ folder: NodeDirectory) throws -> Int? {
        let node = try smallAssembly().node(NodeID(0))
        let start = try Remains(of: node, identity: [UInt8](repeating: 0, count: 32), in: folder).start(.rejoin)
        guard case .restarted(nil, let published) = start else {
            Issue.record("\(start)")
            return nil
        }
        return published?.number
    }

    @Test("it knows from its trace for which rounds it has spoken, and does not come back where it cannot know")
    func spoken() throws {
        let temporary = try TemporaryDirectory()
        let folder = NodeDirectory(temporary.path)
        #expect(try published(folder) == nil, "it never ran")
        try Files.write([], to: folder.trace)
        #expect(try published(folder) == 0, "it may have sent its first model")
        let line = TraceLine(round: Round(6), inputs: [], next: Round(9), result: 1).json
        try Files.write(line + Array("{\"round\":7".utf8), to: folder.trace)
        #expect(try published(folder) == 9)
        Files.remove(folder.trace)
        // There, but not to be read.
        try Files.makeDirectory(folder.trace)
        let fault = #expect(throws: ConfigurationFault.self) { try published(folder) }
        #expect(fault?.description.hasSuffix("does not know what it has said already") == true)
    }
}
