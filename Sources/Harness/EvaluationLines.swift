// The laboratory's metrics.jsonl as a whole: which of its lines count, and where further ones belong.
import JSON
import Metrics
import Platform
import Scenario

/// The lines of a `metrics.jsonl` that count, in order of rounds.
struct EvaluationLines {
    private var lines: [(rounds: Int, json: [UInt8])] = []

    /// What stands in a file; nothing where there is none. Lines that are not whole are passed over.
    init(ofFile path: String) throws(SystemFault) {
        guard Files.exists(path) else { return }
        for line in try Files.read(path).split(separator: UInt8(ascii: "\n")) {
            guard let rounds = (try? StrictJSON.read(Array(line), name: ""))?.member("rounds")?.count else { continue }
            // After a run was resumed, its lines begin again at an earlier round.
            while let last = lines.last, last.rounds >= rounds { lines.removeLast() }
            lines.append((rounds, line + [UInt8(ascii: "\n")]))
        }
    }

    var rounds: [Int] { lines.map(\.rounds) }

    /// What was measured at the moments before this one.
    func figures(before rounds: Int) -> [(rounds: Int, figures: Figures)] {
        lines.filter { $0.rounds < rounds }.compactMap { line in
            let json = try? StrictJSON.read(line.json, name: "")
            return json.flatMap { EvaluationRecord($0) }.map { (line.rounds, $0.allFigures) }
        }
    }

    /// Puts evaluations of moments that have no line yet where they belong.
    mutating func insert(_ evaluations: [EvaluationRecord]) {
        let known = Set(rounds)
        lines += evaluations.filter { !known.contains($0.rounds) }.map { ($0.rounds, $0.json) }
        lines.sort { $0.rounds < $1.rounds }
    }

    var bytes: [UInt8] { Array(lines.map(\.json).joined()) }
}
