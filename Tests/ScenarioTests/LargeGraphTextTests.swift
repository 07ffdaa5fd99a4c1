// Short texts of graphs that would take long to read: refused in one line.
import Kernels
import Registry
import Testing

@testable import Scenario

@Suite("Large graphs in short texts")
struct LargeGraphTextTests {
    private func fault(_ text: String) -> String {
        do {
            _ = try TopologyFile.read(Array(text.utf8), name: "g")
            return "read"
        } catch {
            return "\(error)"
        }
    }

    @Test("groups of DOT are few characters and many edges, in one statement or in many")
    func groups() {
        let groups = (0..<12).map { group in "{" + (0..<60).map { "\(group * 60 + $0)" }.joined(separator: " ") + "}" }
        #expect(fault("graph {\(groups.prefix(2).joined(separator: "--"))}") == "read")
        #expect(fault("graph {\(groups.joined(separator: "--"))}") == "read")
        // Each product is small enough, all of them together are not.
        let half = "{" + (0..<700).map(String.init).joined(separator: " ") + "}"
        let chain = Array(repeating: half, count: 30).joined(separator: "--")
        #expect(fault("graph {\(chain)}").contains("edges, 64 for each"))
        let wide = "{" + (0..<2_000).map(String.init).joined(separator: " ") + "}"
        #expect(fault("graph {\(wide)--\(wide)}").contains("edges, 64 for each character of the file; allowed: fewer"))
    }

    @Test("a tag of GraphML has few attributes")
    func attributes() {
        let many = (0..<65).map { "a\($0)='1'" }.joined(separator: " ")
        let text = "<graphml xmlns='http://graphml.graphdrawing.org/xmlns' \(many)></graphml>"
        #expect(fault(text).contains("more than 64 attributes in <graphml>"))
    }
}
