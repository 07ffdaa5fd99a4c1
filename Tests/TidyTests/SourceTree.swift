// The project's own text as the checks of this module see it: files, and their code without comments and strings.
import Foundation

/// One Swift file of the project.
struct SourceFile: Sendable, CustomStringConvertible {
    /// From the top of the project: "Sources/Core/NodeCore.swift".
    let path: String
    let lines: [String]

    var description: String { path }
    /// "Core" for the file above.
    var module: String { String(path.split(separator: "/")[1]) }
    /// "NodeCore" for the file above.
    var name: String { String(path.split(separator: "/").last?.dropLast(".swift".count) ?? "") }

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// The lines with every comment and everything between quotes taken out, numbered from 1.
    var code: [(number: Int, text: String)] {
        var (inText, inComment) = (false, false)
        return lines.enumerated().map { index, line in
            var kept = ""
            var rest = line[...]
            var inString = false
            while let first = rest.first {
                if inText || rest.hasPrefix("\"\"\"") {
                    guard let quotes = rest.range(of: "\"\"\"") else { break }
                    rest = rest[quotes.upperBound...]
                    inText.toggle()
                } else if inComment || (!inString && rest.hasPrefix("/*")) {
                    inComment = true
                    guard let end = rest.range(of: "*/") else { break }
                    rest = rest[end.upperBound...]
                    inComment = false
                } else if !inString && rest.hasPrefix("//") {
                    break
                } else if inString && first == "\\" {
                    rest = rest.dropFirst(2)
                } else {
                    if first == "\"" { inString.toggle() } else if !inString { kept.append(first) }
                    rest.removeFirst()
                }
            }
            return (index + 1, kept)
        }
    }

    /// What the file imports, in whatever way.
    var imports: [String] {
        code.compactMap { _, text in
            let words = text.split(separator: " ")
            guard let position = words.firstIndex(of: "import"), position + 1 < words.count,
                words[..<position].allSatisfy({ $0.hasPrefix("@") || ["public", "internal", "private"].contains($0) })
            else { return nil }
            return String(words[position + 1])
        }
    }

    /// Where a pattern is found in the code, as "path:line".
    func places(of pattern: some RegexComponent) -> [String] {
        code.filter { $0.text.contains(pattern) }.map { "\(path):\($0.number)" }
    }
}

enum SourceTree {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static let sources = files(in: "Sources")
    static let tests = files(in: "Tests")
    static let manifest = file("Package.swift")

    /// The Swift files of a folder and those below it, by path.
    static func files(in folder: String) -> [SourceFile] {
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)) ?? []
        return names.filter { $0.hasSuffix(".swift") }.sorted().map { file("\(folder)/\($0)") }
    }

    private static func file(_ path: String) -> SourceFile {
        let text = (try? String(contentsOf: root.appending(path: path), encoding: .utf8)) ?? ""
        return SourceFile(path: path, text: text)
    }
}
