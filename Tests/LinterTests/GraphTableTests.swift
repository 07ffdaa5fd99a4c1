// The table of all graphs in Topologies/README.md is what the linter makes of them.
import Linter
import Platform
import Registry
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
            try names.map { name in
                let file = try TopologyFile.read(path: name) { path throws(ConfigurationFault) in
                    guard let bytes = try? Files.read("\(folder)/\(path)") else { throw ConfigurationFault(path) }
                    return bytes
                }
                return (name, file)
            })
        let readme = String(decoding: try Files.read("\(folder)/README.md"), as: UTF8.self)
        #expect(readme.contains(table.markdown.joined(separator: "\n")), "\(table.markdown.joined(separator: "\n"))")
    }
}
