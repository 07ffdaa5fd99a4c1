// The form of every source file: how it opens, how wide it is, and that catalogues list it.
import Aggregation
import Attacks
import Graphs
import Learning
import Registry
import Tensors
import Testing

@Suite("Form")
struct FormTests {
    private static let everything = SourceTree.sources + SourceTree.tests

    @Test("every file opens by saying what it is")
    func opening() {
        for file in Self.everything {
            let isComment = file.lines.first?.hasPrefix("// ") == true && file.lines.first?.hasSuffix("-*-") == false
            #expect(isComment, "\(file) opens with no comment")
        }
    }

    /// Tests quote files whose lines cannot be broken.
    @Test("no line of the sources is wider than 120 columns")
    func width() {
        let wide = (SourceTree.sources + [SourceTree.manifest]).flatMap { file in
            file.lines.enumerated().filter { $0.element.count > 120 }.map { "\(file):\($0.offset + 1)" }
        }
        #expect(wide.isEmpty)
    }

    /// Its output would reach a terminal as it is, and nobody would learn that it was not written.
    @Test("nothing prints but through the one door, StandardOutput or StandardError")
    func printing() {
        let bare = /(^|[^.\w])(print|debugPrint|dump|puts|fputs|printf)\(/
        for file in SourceTree.sources {
            let places = file.code.filter { $0.text.contains(bare) && !$0.text.contains("func print(") }
            #expect(places.isEmpty, "\(file): \(places.map(\.number))")
        }
    }

    @Test("no line ends in a blank, no file in several line feeds")
    func blanks() {
        for file in Self.everything + [SourceTree.manifest] {
            #expect(!file.lines.contains { $0.last == " " || $0.contains("\t") }, "\(file)")
            #expect(file.lines.suffix(2).last == "" && file.lines.dropLast().last != "", "\(file)")
        }
    }

    @Test("no file is left over from a beginning")
    func leftovers() {
        for file in Self.everything {
            #expect(!file.name.contains("Placeholder"), "\(file)")
            // Put together here, so that this file passes.
            for word in ["TO" + "DO", "FIX" + "ME"] {
                #expect(!file.lines.contains { $0.contains(word) }, "\(file) has a \(word)")
            }
        }
    }

    /// Debuggers, messages and searches know a file by its name.
    private static func sharedNames(_ files: [SourceFile]) -> [String] {
        Dictionary(grouping: files, by: { $0.name.lowercased() }).filter { $1.count > 1 && $0 != "main" }.values
            .flatMap { $0.map(\.path) }.sorted()
    }

    @Test("no two files have one name, whatever their modules")
    func names() {
        #expect(Self.sharedNames(Self.everything).isEmpty)
        let planted = ["Sources/Core/Round.swift", "Sources/Wire/Frame.swift", "Tests/CoreTests/round.swift"]
        #expect(Self.sharedNames(planted.map { SourceFile(path: $0, text: "") }) == [planted[0], planted[2]])
    }

    @Test(
        "the files of a folder are what its catalogue lists",
        arguments: [
            (["Sources/Aggregation/Gossip"], RuleCatalog.selfCentred.descriptions, []),
            (["Sources/Aggregation/Rules"], RuleCatalog.aggregation.descriptions, []),
            (["Sources/Aggregation/PreAggregations"], RuleCatalog.preAggregations.descriptions, []),
            (["Sources/Attacks/Model", "Sources/Attacks/Data"], AttackCatalog.all.descriptions, []),
            (["Sources/Attacks/Placement"], PlacementCatalog.all.descriptions, []),
            (["Sources/Graphs/Families"], TopologyCatalog.all.descriptions, []),
            (["Sources/Graphs/Schedules"], ScheduleCatalog.all.descriptions, []),
            (["Sources/Graphs/Weights"], WeightCatalog.all.descriptions, []),
            (["Sources/Graphs/Layouts"], LayoutCatalog.all.descriptions, []),
            (["Sources/Learning/Models"], ModelCatalog.all.descriptions, []),
            (["Sources/Learning/Projections"], ProjectionCatalog.all.descriptions, []),
            (["Sources/Learning/Datasets"], DatasetCatalog.all.descriptions, ["DigitsText"]),
            (["Sources/Tensors/Formats"], TensorFormatCatalog.all.descriptions, []),
            (["Sources/Learning/Splits"], SplitCatalog.all.descriptions, []),
        ] as [([String], [any Registered.Type], [String])])
    func catalogues(folders: [String], listed: [any Registered.Type], helpers: [String]) {
        let files = folders.flatMap { SourceTree.files(in: $0) }.map(\.name)
        #expect(files.filter { !helpers.contains($0) }.sorted() == listed.map { "\($0)" }.sorted())
    }
}
