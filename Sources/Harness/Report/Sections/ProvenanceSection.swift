// What identifies the run, and what it was made with and on.
import Graphs

enum ProvenanceSection: ReportSection {
    static func markup(of run: RecordedRun) -> Markup {
        let summary = run.summary
        let rows = [
            ("identity", summary?.identity), ("model digest", summary?.modelDigest), ("program", summary?.program),
            ("machine", summary?.machine), ("topology digest", run.topology.digest), ("folder", run.directory.path),
        ]
        return .section(
            "Provenance",
            note: "Two runs of one identity compute the same; of one model digest, they did to the bit.",
            .list(rows.compactMap { name, value in value.flatMap { $0.isEmpty ? nil : (name, $0) } }))
    }
}
