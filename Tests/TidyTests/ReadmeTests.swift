// What is promised of pages: how long the front page is, that links lead somewhere, that files which are named are there
// or made before, and that the programs take every command line that is shown.
import Foundation
import Platform
import Registry
import Scenario
import Testing

@testable import gossiplab
@testable import gossipnode

@Suite("READMEs")
struct ReadmeTests {
    @Test("the front page is no longer than 250 lines, and every page that it should lead to is reached from it")
    func frontPage() throws {
        let front = try #require(MarkdownPage.all.first)
        #expect(front.path == "README.md" && front.lineCount <= 250 && front.lineCount > 50)
        var reached: Set = [front.path]
        var waiting = [front]
        while let page = waiting.popLast() {
            for link in page.links {
                let path = Self.target(of: link, on: page).path
                guard let next = MarkdownPage.all.first(where: { $0.path == path }) else { continue }
                if reached.insert(path).inserted { waiting.append(next) }
            }
        }
        #expect(Set(MarkdownPage.all.map(\.path)).subtracting(reached).isEmpty)
    }

    @Test("no page is lost, nor read as nothing, and every script has its name on the page of scripts")
    func everyPage() throws {
        #expect(MarkdownPage.all.count >= 20 && MarkdownPage.all.allSatisfy { $0.lineCount > 5 })
        let page = try #require(MarkdownPage.all.first { $0.path == "Scripts/README.md" })
        let scripts = try FileManager.default.contentsOfDirectory(atPath: SourceTree.path("Scripts"))
            // What Python leaves is no script.
            .filter { !$0.hasPrefix(".") && !["README.md", "__pycache__"].contains($0) }
        #expect(scripts.count > 20 && Set(scripts).subtracting(page.spans).isEmpty)
    }

    @Test("links lead to what is there, and headings that are named are headings", arguments: MarkdownPage.all)
    func links(page: MarkdownPage) { #expect(Self.brokenLinks(page).isEmpty) }

    @Test("every command line is one that the programs take", arguments: MarkdownPage.all)
    func commandLines(page: MarkdownPage) { #expect(Self.wrongCommands(page).isEmpty) }

    @Test("every file that is named is there, or made by an earlier step", arguments: MarkdownPage.all)
    func files(page: MarkdownPage) { #expect(Self.missingFiles(page).isEmpty) }

    @Test("what is wrong on a page is found")
    func planted() {
        let page = MarkdownPage(
            path: "Sources/Wire/README.md",
            text: """
                # Title
                [one](PROTOCOL.md) [two](PROTOKOLL.md) [three](#title) [four](#titel) and `gossiplab list rules`,
                `gossiplab topology drew`, `Scripts/tour` and `Scripts/tuor`; `gossiplab list
                rules --yaml`.
                ```
                gossiplab init a/mine      # a comment --with flags
                gossiplab run a/mine.json --set training.rounds=5 && gossiplab run a/yours.json --quick
                mpirun -n 2 gossipnode --experiment a/mine.json --rang auto
                DATA='{"kind": "glyphs"}' FLAGS="--set seed=2 --slow"
                $ echo '{}' | gossiplab aggregate --rule krum > out.json
                gossiplab show out.json | head
                gossiplab sweep \\
                    rules-and-attacks --set task.dataset="$DATA" --set task.datasets.kind=glyphs
                cat > new.json <<'END'
                gossiplab nothing of this
                END
                gossiplab check new.json --set training.rounds=many
                source <(gossiplab completion bash)
                gossiplab simulate $FLAGS
                NONCE=$(openssl rand -hex 16)
                gossipnode --experiment a/mine.json --node 0 --run a/run --nonce $NONCE
                gossipnode --experiment a/typo.json --node 0
                mpirun -n 2 gossipnode --experiment a/tpyo.json --rank auto
                other a/read.json && python3 -c 'write("a/made.csv")' && Scripts/toor a/made.npy
                gossiplab show a/made.csv && gossiplab show a/made.npy
                ```
                """)
        #expect(Self.brokenLinks(page) == ["PROTOKOLL.md", "#titel"])
        #expect(
            Self.wrongCommands(page).map { $0.prefix { $0 != ":" } } == [
                "gossiplab list rules --yaml", "gossiplab run a/yours.json --quick",
                "gossipnode --experiment a/mine.json --rang auto",
                "gossiplab sweep rules-and-attacks --set task.dataset={\"kind\"",
                "gossiplab check new.json --set training.rounds=many", "gossiplab completion bash",
                "gossiplab simulate --set seed=2 --slow",
            ])
        #expect(
            Self.missingFiles(page) == [
                "Scripts/tuor", "a/yours.json", "a/typo.json", "a/tpyo.json", "a/read.json", "Scripts/toor",
            ])
    }

    // MARK: links

    private static func target(of link: String, on page: MarkdownPage) -> (path: String, anchor: String?) {
        let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let path = parts[0].isEmpty ? page.path : page.folder + parts[0]
        return (URL(filePath: "/\(path)").standardized.path.drop { $0 == "/" }.description, parts.dropFirst().first)
    }

    static func brokenLinks(_ page: MarkdownPage) -> [String] {
        page.links.filter { link in
            guard !link.contains("://") else { return false }
            let (path, anchor) = target(of: link, on: page)
            guard SourceTree.exists(path) else { return true }
            let there = path == page.path ? page : MarkdownPage.all.first { $0.path == path }
            return anchor.map { there?.anchors.contains($0) != true } ?? false
        }
    }

    // MARK: command lines

    static func wrongCommands(_ page: MarkdownPage) -> [String] {
        let shown = page.spans.map { ([$0], false) } + page.typed.map { ($0, true) }
        return shown.flatMap { lines, isRun in
            shellCommands(lines).compactMap { command in
                for (program, table) in [("gossiplab", gossiplab.program), ("gossipnode", gossipnode.program)] {
                    guard let words = command.arguments(of: program), !words.isEmpty else { continue }
                    return fault(of: words, in: table, isRun).map {
                        "\(([program] + words).joined(separator: " ")): \($0)"
                    }
                }
                return nil
            }
        }
    }

    /// Why a program would not take a command line.
    ///
    /// - Parameter isRun: it is shown to be typed as it is: keys of `--set` must have values that fit.
    private static func fault(of words: [String], in table: ProgramEntry, _ isRun: Bool) -> String? {
        var (words, entry) = (words, table.own)
        if !table.commands.isEmpty, !words[0].hasPrefix("--") {
            guard let command = table.commands.first(where: { $0.name == words[0] }) else { return "no such command" }
            // A name in capitals stands for one.
            guard words[0].contains(where: \.isLowercase) else { return nil }
            entry = command
            words.removeFirst()
        }
        do throws(ConfigurationFault) {
            // Prose may name a flag without its value.
            let flags = try Flags(words.filter { $0 != "-h" } + (isRun ? [] : ["VALUE"]), allowed: entry.flags)
            guard isRun else { return nil }
            let built = try BuiltInExperiments.named("quickstart")
            var experiment = try Experiment(Array(built.json.utf8), name: built.name)
            for assignment in flags.values("set") { try experiment.set(assignment) }
            return nil
        } catch {
            return "\(error)"
        }
    }

    // MARK: files

    static func missingFiles(_ page: MarkdownPage) -> [String] {
        let inProse = page.spans.map { span in String(span.prefix { $0 != " " }) }
        var missing = inProse.filter { isOurs($0) && !SourceTree.exists($0) }
        var made: Set<String> = []
        var elsewhere: [String] = []
        for command in page.typed.flatMap(shellCommands) {
            var words = command.words
            made.formUnion(command.outputs)
            if words.first == "cp", let copy = words.popLast() { made.insert(copy) }
            if let place = words.firstIndex(of: "--out"), place + 1 < words.count { made.insert(words[place + 1]) }
            let arguments = command.arguments(of: "gossiplab")
            if let arguments, arguments.first == "init", arguments.count > 1 {
                made.formUnion(["\(arguments[1]).json", "\(arguments[1])-topology.json"])
            }
            // What other programs write stands somewhere in what they are told; scripts are the first to name it.
            let isOther = arguments == nil && command.arguments(of: "gossipnode") == nil && words.first != "cp"
            let isScript = isOther && words.first.map { $0.hasPrefix("python") || isOurs($0) } == true
            if isScript { elsewhere += words }
            missing += words.compactMap(namedFile).filter { path in
                !made.contains { path == $0 || path.hasPrefix("\($0)/") } && !SourceTree.exists(path)
                    && (isOurs(path) || !elsewhere.contains { $0.contains(path) })
            }
            if isOther, !isScript { elsewhere += words }
        }
        return missing
    }

    /// Whether it is a path of the project as it stands in the tree.
    private static func isOurs(_ path: String) -> Bool {
        path.wholeMatch(of: /(Scripts|Sources|Tests|Topologies)\/[\w.\/+-]+/) != nil
    }

    /// The file that a word of a command line names, a script also: itself, or behind the key of a `--set`. Not the
    /// folder of a run, nor what is in it, which the page calls `NAME-...`.
    private static func namedFile(_ word: String) -> String? {
        let path = word.wholeMatch(of: /[\w.]+=(.*)/).map { String($0.1) } ?? word
        let isFile = path.wholeMatch(of: /[\w.\/-]+\.(json|csv|svg|safetensors|npz|npy|graphml|gml)/) != nil
        return (isFile || isOurs(path)) && !path.contains("...") ? path : nil
    }
}
