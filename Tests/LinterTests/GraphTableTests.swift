// The table of all graphs in Topologies/README.md is what the linter makes of them.
import Linter
import Platform
import Scenario
import Testing

@Suite("Graph table")
struct GraphTableTests {
    @Test("Topologies/README.md has the table that 'topology table Topologies/*.json' prints")
    func readme() throws {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let folder = "\(root)/Topologies"
        let names = try Files.names(in: folder).filter { $0.hasSuffix(".json") }.sorted()
        #expect(names.count > 5)
        let table = GraphTable(
            try names.map { ($0, try TopologyFile.read(try Files.read("\(folder)/\($0)"), name: $0)) })
        let readme = String(decoding: try Files.read("\(folder)/README.md"), as: UTF8.self)
        #expect(readme.contains(table.markdown.joined(separator: "\n")), "\(table.markdown.joined(separator: "\n"))")
    }
}
