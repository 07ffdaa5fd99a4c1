// How the run was made and how it is made again: its settings and commands.
import Kernels
import Scenario

extension HTMLReport {
    /// Settings of more characters than this get a row of their own.
    private static let longSetting = 44

    /// What only the summary says; nothing while there is none.
    var result: Markup {
        guard let summary = run.summary else { return "" }
        let figures = [
            ("training loss", summary.trainLoss), ("learning error", summary.learningError),
            ("generalization gap", summary.generalizationGap), ("consensus distance", evaluations.last?.distance),
            ("consensus, median node", evaluations.last?.medianDistance),
        ]
        return list(
            "Result",
            figures.map { ($0, $1.map(significant) ?? "unknown") } + [
                ("messages sent", "\(run.totals.messagesSent)"),
                ("model digest", summary.modelDigest.isEmpty ? "none" : summary.modelDigest),
            ])
    }

    var configuration: Markup {
        let identity = run.summary.map { [("identity", $0.identity)] } ?? []
        let weights = ("topology.weights", run.topology.weightRule.rawValue)
        return list("Configuration", settingRows(run.settings, path: "") + [weights] + identity)
    }

    private func list(_ name: String, _ rows: [(name: String, value: String)]) -> Markup {
        let entries = rows.map { row -> Markup in
            let kind: Markup = row.value.count > Self.longSetting ? " class=\"wide\"" : ""
            return "<div\(kind)><dt>\(row.name)</dt><dd>\(row.value)</dd></div>\n"
        }
        return "<section>\n<h2>\(name)</h2>\n<dl class=\"settings\">\n\(entries)</dl>\n</section>\n"
    }

    /// One row for each leaf, and for each object that says its `kind`.
    private func settingRows(_ value: JSONValue, path: String) -> [(name: String, value: String)] {
        value.members.flatMap { member -> [(name: String, value: String)] in
            let path = path.isEmpty ? member.key : "\(path).\(member.key)"
            let isGroup = !member.value.members.isEmpty && member.value.member("kind") == nil
            if isGroup { return settingRows(member.value, path: path) }
            return [(path, inWords(member.value))]
        }
    }

    private func inWords(_ value: JSONValue) -> String {
        switch value.kind {
        case .null: return "none"
        case .flag(let flag): return flag ? "yes" : "no"
        case .number(_, let literal): return literal
        case .text(let text): return text
        case .array(let elements):
            let isList = elements.contains { !$0.members.isEmpty }
            return elements.isEmpty ? "none" : elements.map(inWords).joined(separator: isList ? "; " : " ")
        case .object(let members):
            return members.map { member in
                let isNested = !member.value.members.isEmpty
                let words = isNested ? "(\(inWords(member.value)))" : inWords(member.value)
                return member.key == "kind" ? words : "\(member.key) \(words)"
            }.joined(separator: ", ")
        }
    }

    var repetition: Markup {
        let path = quoted(run.directory.path)
        let repeating = "gossiplab \(run.isSimulated ? "simulate" : "run") \(quoted(run.directory.experiment))"
        let (commands, note): ([String], String) =
            switch run.state {
            case .finished:
                (
                    [repeating, "gossiplab verify \(path)"],
                    "The first command repeats the run; the second recomputes its models and compares them."
                )
            case .stopped where !run.isSimulated, .unfinished where !run.isSimulated:
                (
                    [repeating, "gossiplab resume \(path)"],
                    "The first command repeats the run; the second goes on with it, if nothing else does."
                )
            case .running, .stopped, .unfinished: ([repeating], "This command repeats the run.")
            }
        return """
            <section>
            <h2>Again</h2>
            <p class="note">\(note)</p>
            <pre><code>\(commands.joined(separator: "\n"))</code></pre>
            </section>

            """
    }

    /// A word for a shell.
    private func quoted(_ path: String) -> String {
        let isPlain = path.utf8.allSatisfy { byte in
            switch UnicodeScalar(byte) {
            case "a"..."z", "A"..."Z", "0"..."9", "/", ".", "_", "-", "+": true
            default: false
            }
        }
        let parts = path.split(separator: "'", omittingEmptySubsequences: false)
        return isPlain && !path.isEmpty ? path : "'\(parts.joined(separator: #"'\''"#))'"
    }
}
