// A page in Markdown, as far as the checks of this module need it: headings, links, blocks of code and code in prose.
import Foundation

/// One page of the project.
struct MarkdownPage: CustomStringConvertible {
    /// From the top of the project: "Sources/Wire/README.md".
    let path: String
    /// The titles of its headings.
    private(set) var headings: [String] = []
    /// Targets of its links, as they stand.
    private(set) var links: [String] = []
    /// What stands between backquotes in its prose, line breaks being blanks.
    private(set) var spans: [String] = []
    /// The lines of its blocks of code, each with the language that it names.
    private(set) var blocks: [(language: String, lines: [String])] = []
    let lineCount: Int

    /// The lines of those blocks that are to be typed: all but output and data, which name their language.
    var typed: [[String]] { blocks.filter { ["", "sh"].contains($0.language) }.map(\.lines) }

    var description: String { path }
    /// The folder of the page, as a prefix of paths: empty, or with a slash at its end.
    var folder: String { String(path[..<(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)]) }

    init(path: String, text: String) {
        self.path = path
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        lineCount = lines.last == "" ? lines.count - 1 : lines.count
        var prose: [String] = []
        var isCode = false
        for line in lines {
            if line.hasPrefix("```") {
                isCode.toggle()
                if isCode { blocks.append((String(line.dropFirst(3)), [])) }
            } else if isCode {
                blocks[blocks.count - 1].lines.append(line)
            } else {
                if line.hasPrefix("#") { headings.append(String(line.drop { $0 == "#" || $0 == " " })) }
                prose.append(line)
            }
        }
        for paragraph in prose.split(separator: "") {
            let text = paragraph.joined(separator: " ")
            spans += text.matches(of: /`([^`]+)`/).map { String($0.1) }
            links += text.matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) }
        }
    }

    /// The names by which links reach the headings, as GitHub makes them.
    var anchors: [String] {
        headings.map { heading in
            heading.lowercased().filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
                .replacing(" ", with: "-")
        }
    }

    /// All pages of the project. What cannot be read ends the tests: nothing would be found wrong with it.
    static let all: [MarkdownPage] = {
        do { return try read() } catch { preconditionFailure("the pages cannot be read: \(error)") }
    }()

    private static func read() throws -> [MarkdownPage] {
        let folders = ["Scripts", "Sources", "Tests", "Topologies"]
        let below = try folders.flatMap { folder in
            let names = try FileManager.default.subpathsOfDirectory(atPath: SourceTree.path(folder))
            return names.filter { $0.hasSuffix(".md") }.map { "\(folder)/\($0)" }
        }
        return try (["README.md"] + below.sorted()).map { path in
            let text = try String(contentsOf: SourceTree.root.appending(path: path), encoding: .utf8)
            return MarkdownPage(path: path, text: text)
        }
    }
}

extension SourceTree {
    static func path(_ path: String) -> String { root.appending(path: path).path }
    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: Self.path(path)) }
}
