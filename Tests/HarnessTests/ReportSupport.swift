// What the suites of the report share: made-up run directories, and a strict reader of the pages made from them.
import Core
import Kernels
import Metrics
import Platform
import Scenario
import Testing

@testable import Harness

/// A run directory with an experiment and a topology in it, removed at the end of the test.
struct ReportedRun: ~Copyable {
    let assembly: Assembly
    let files: RunFiles
    private let folder: TemporaryDirectory

    init(
        _ assembly: Assembly, made record: RunRecord = .processes(transport: .tcp, hasKeys: false)
    ) throws {
        let folder = try TemporaryDirectory()
        files = try RunFiles(for: assembly, in: folder.path, made: record)
        self.assembly = assembly
        self.folder = folder
    }

    var directory: RunDirectory { files.directory }

    /// What the honest nodes came to after so many steps of training each; nobody was lost.
    func outcome(steps: (Int) -> Int = { 10 + 10 * $0 }) throws -> RunOutcome {
        var outcome = RunOutcome(engine: .processes, transport: "tcp")
        outcome.wallSeconds = 1.25
        for (index, node) in assembly.honest.enumerated() {
            outcome.finalModels.append((node, try trainedModel(steps(index), of: assembly)))
        }
        return outcome
    }

    /// Writes the end of a run, with its last measurement, and returns what was written.
    @discardableResult
    func end(_ outcome: RunOutcome) throws -> RunSummary {
        let summary = try RunSummary(outcome, of: assembly)
        if let final = summary.final { try files.append([final]) }
        try files.write(summary)
        return summary
    }

    /// Writes a line of a node's metrics.
    func write(_ json: String, ofNode node: Int) throws {
        let folder = directory.node(NodeID(node))
        try Files.makeDirectory(folder.path)
        try AppendOnlyFile(folder.metrics).append(Array((json + "\n").utf8))
    }

    func read(isRunning: Bool = false) throws -> RecordedRun {
        var reader = try RunReader(directory)
        return try reader.read(isRunning: isRunning)
    }

    func page(isRunning: Bool = false) throws -> Page { try Page(read(isRunning: isRunning)) }
}

/// A moment of a run, with figures that tell it from others.
func evaluation(_ rounds: Int, nodes: Int = 4, worst: Double? = nil, distance: Double = 0.5) -> EvaluationRecord {
    let worst = worst ?? Double(rounds) / 100
    var figures = Figures()
    figures.add("nodeAccuracies", [worst, nil, 0.9, 0.9, nil, 0.9])
    return EvaluationRecord(
        rounds: rounds, nodes: nodes,
        test: Scores(
            accuracy: Spread([worst, 0.9], averageModel: 0.8), loss: Spread([0.5, 1.5], averageModel: 1)),
        distance: ConsensusDistance(
            rootMeanSquare: distance, relative: distance / 10, median: distance / 2, medianRelative: distance / 20),
        figures: figures)
}

/// A page as text, and what can be found in it.
struct Page {
    let text: String

    init(_ text: String) { self.text = text }

    init(_ run: RecordedRun) { text = String(decoding: HTMLReport(run).page, as: UTF8.self) }

    func contains(_ part: String) -> Bool { text.contains(part) }

    /// Between the first `start` and the next `end`.
    func part(from start: String, to end: String) -> Substring? {
        guard let first = text.firstRange(of: start) else { return nil }
        let rest = text[first.upperBound...]
        return rest.firstRange(of: end).map { rest[..<$0.lowerBound] }
    }

    /// The data of a drawing, as its file would have them: a header and rows.
    func data(of drawing: String) -> [[Substring]] {
        guard let figure = part(from: "<figure class=\"drawn\" id=\"\(drawing)\"", to: "</figure>"),
            let start = figure.firstRange(of: "<pre tabindex=\"0\">"),
            let end = figure[start.upperBound...].firstRange(of: "</pre>")
        else { return [] }
        return figure[start.upperBound..<end.lowerBound].split(separator: "\n")
            .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    }

    /// What a list of names and values says of `name`.
    func value(of name: String) -> Substring? { part(from: "<dt>\(name)</dt><dd>", to: "</dd>") }

    var heading: Substring? { part(from: "<h1>", to: "</h1>") }

    /// The cells of the rows that a table's body has.
    func rows(of table: String) -> [[Substring]] {
        guard let body = part(from: "aria-label=\"\(table)\"", to: "</tbody>")?.firstRange(of: "<tbody>") else {
            return []
        }
        let rows = text[body.upperBound...].split(separator: "</tbody>")[0]
        return rows.split(separator: "<tr").filter { $0.contains("</tr>") }.map { row in
            row.split(separator: "</td>").dropLast().map { $0[$0.index(after: $0.lastIndex(of: ">")!)...] }
        }
    }
}

/// What is wrong with a page as XML: tags that do not match, bare `&` and `<`, attributes without quotes, ids that are
/// there twice or that something refers to in vain. Entities are those that `Markup` writes.
///
/// What stands between the tags of a script or of a style sheet is no markup, and passed over.
func faults(inMarkup text: String) -> [String] {
    let text = text.replacing(#/<(script|style)>[\s\S]*?<\/(script|style)>/#, with: "")
    var faults: [String] = []
    var open: [Substring] = []
    var (ids, references): ([Substring], [Substring]) = ([], [])
    let pieces = text.split(separator: "<", omittingEmptySubsequences: false)
    if pieces.first?.isEmpty == false { faults.append("text before the first tag") }
    for piece in pieces.dropFirst() {
        guard let end = piece.firstIndex(of: ">") else {
            faults.append("a tag without end: \(piece.prefix(40))")
            continue
        }
        let (tag, between) = (piece[..<end], piece[piece.index(after: end)...])
        for entity in (tag + between).split(separator: "&", omittingEmptySubsequences: false).dropFirst()
        where !["amp;", "lt;", "gt;", "quot;", "#39;"].contains(where: entity.hasPrefix) {
            faults.append("a bare &: \(entity.prefix(20))")
        }
        if between.contains(">") { faults.append("a bare >: \(between.prefix(40))") }
        if tag.hasPrefix("!DOCTYPE") { continue }
        if tag.hasPrefix("/") {
            let name = tag.dropFirst()
            if open.popLast() != name { faults.append("</\(name)> closes something else") }
            continue
        }
        let parts = tag.split(separator: "\"", omittingEmptySubsequences: false)
        if parts.count % 2 == 0 { faults.append("an odd quote: <\(tag)>") }
        for (index, part) in parts.enumerated() where index % 2 == 0 && index + 1 < parts.count {
            if part.last != "=" { faults.append("an attribute without name: <\(tag)>") }
            if part.hasSuffix(" id=") { ids.append(parts[index + 1]) }
            if part.hasSuffix("-labelledby=") { references += parts[index + 1].split(separator: " ") }
        }
        if !tag.hasSuffix("/") { open.append(tag.split(separator: " ")[0]) }
    }
    faults += open.map { "<\($0)> is not closed" }
    faults += Set(ids).filter { id in ids.count { $0 == id } > 1 }.sorted().map { "the id \($0) is there twice" }
    faults += references.filter { !ids.contains($0) }.map { "there is no id \($0)" }
    return faults
}
