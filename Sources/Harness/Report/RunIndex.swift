// RunIndex: one page about a folder of runs, sweeps and packs: what each came to, and where its report is.
import JSON
import Platform
import Scenario

/// `index.html` of a folder of runs. Made from what is in the folder, so that it tells of whatever was copied there.
public struct RunIndex {
    private struct Entry {
        let name: String
        let kind: String
        let verdict: String
        /// `nil` where nobody judged it.
        let standing: Standing?
        let hasReport: Bool
    }

    private let entries: [Entry]
    /// Folders beside those that are listed.
    private let omitted: Int

    /// Reading more summaries would take longer than the run that ends with it; of more, the last by name are listed.
    private static let most = 1_000
    private static let name = "index.html"

    /// - Parameter folder: read as it is now; what is no run, sweep or pack is passed over.
    public init(of folder: String) throws(SystemFault) {
        let names = try Files.names(in: folder).filter { Files.isDirectory("\(folder)/\($0)") }.sorted()
        let entries = names.suffix(Self.most).compactMap { Self.entry($0, in: folder) }
        self.entries = entries
        omitted = max(0, names.count - Self.most)
    }

    /// Writes the page anew, where there is more than one thing to list. Nothing depends on it: where it cannot be
    /// written, what it tells of is there all the same.
    public static func update(in folder: String) {
        guard let index = try? RunIndex(of: folder), index.entries.count > 1 else { return }
        try? Files.write(index.page, to: "\(folder)/\(name)")
    }

    private static func entry(_ name: String, in folder: String) -> Entry? {
        let path = "\(folder)/\(name)"
        let directory = RunDirectory(path)
        let hasReport = Files.exists(directory.report)
        if Files.exists(directory.experiment) {
            // Of whatever version.
            let summary = (try? InputFiles.ofRuns.read(directory.summary)).flatMap {
                try? StrictJSON.read($0, name: "")
            }
            let engine = summary?.member("engine")?.text.map { $0 == "simulation" ? "simulated run" : "run" }
            let verdict = summary?.member("verdict")?.text ?? "There is no summary: it goes on, or was cut off."
            return Entry(
                name: name, kind: engine ?? "run", verdict: verdict, standing: standing(summary), hasReport: hasReport)
        }
        guard let told = (try? Files.read(verdict(in: path))).flatMap({ try? StrictJSON.read($0, name: "") }),
            let kind = told.member("kind")?.text, let verdict = told.member("verdict")?.text
        else { return nil }
        return Entry(name: name, kind: kind, verdict: verdict, standing: standing(told), hasReport: hasReport)
    }

    private static func standing(_ told: JSONValue?) -> Standing? {
        told?.member("standing")?.text.flatMap(Standing.init)
    }

    // MARK: Sweeps and packs

    /// What a folder that is not of one run came to: `{"kind": "pack", "verdict": "...", "standing": "good"}`.
    private static func verdict(in folder: String) -> String { "\(folder)/verdict.json" }

    /// Writes down what a sweep or a pack came to, and lists it.
    static func tell(
        _ verdict: String, _ standing: Standing? = nil, of kind: String, in folder: String
    ) throws(SystemFault) {
        var line = JSONLine()
        line.add("kind", kind)
        line.add("verdict", verdict)
        if let standing { line.add("standing", standing.rawValue) }
        try Files.write(line.line(), to: self.verdict(in: folder))
        update(besides: folder)
    }

    /// Lists what stands beside a folder, and the folder.
    static func update(besides folder: String) {
        guard let slash = folder.lastIndex(of: "/") else { return update(in: ".") }
        update(in: String(folder[..<slash]))
    }

    /// "12 runs, 1 sweep, 2 packs".
    private var title: String {
        let kinds = entries.map { $0.kind == "simulated run" ? "run" : $0.kind }
        let parts = ["run", "comparison", "sweep", "pack"].compactMap { kind -> String? in
            let count = kinds.count { $0 == kind }
            return count == 0 ? nil : "\(count) \(kind)\(count == 1 ? "" : "s")"
        }
        return parts.joined(separator: ", ")
    }

    private static let meaning =
        "Good is a run whose honest nodes all finished, learned and agree, a sweep whose cells all have a result that "
        + "counts, a comparison in whose way nothing stands, and a pack of whose claims none fails or is left open; "
        + "bad are a run in which nobody learned, a sweep without a result, runs that do not compare, and a pack with "
        + "a claim that fails; what lies between is doubtful."

    public var page: [UInt8] {
        let rows = entries.map { entry -> Markup in
            let link: Markup =
                entry.hasReport ? "<a href=\"\(entry.name)/report.html\">\(entry.name)</a>" : "\(entry.name)"
            let standing = entry.standing?.rawValue ?? "–"
            return """
                <tr class="\(standing)"><td class="text">\(link)</td><td class="text">\(entry.kind)</td>\
                <td class="text"><span class="standing">\(standing)</span></td>\
                <td class="text">\(entry.verdict)</td></tr>

                """
        }
        let more = omitted == 0 ? "" : " \(omitted) more folders are not listed."
        let note = "<p class=\"note\">\(Self.meaning)\(more)</p>\n" as Markup
        return Page(
            title,
            body: """
                <header><h1>\(title)</h1></header>
                <section>
                \(note)<div class="scroll" role="region" aria-label="Runs" tabindex="0">
                <table>
                <thead><tr><th scope="col" class="text">folder</th><th scope="col" class="text">kind</th>\
                <th scope="col" class="text">standing</th><th scope="col" class="text">what it came to</th></tr></thead>
                <tbody>
                \(rows)</tbody>
                </table>
                </div>
                </section>
                """
        ).bytes
    }
}
