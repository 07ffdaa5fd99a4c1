// The least eigenvalue but 0 and the greatest of the honest graph's Laplacian, where edges count 1 and where they count
// their weights.
import Graphs

enum AlgebraicConnectivity: FindingKind {
    static let code = "laplacian"
    static let title = "spectrum"

    static func findings(_ facts: GraphFacts) -> [Finding] {
        guard let plain = facts.plain, let weighted = facts.weighted, facts.subject.honest.count > 1 else { return [] }
        let isExact = plain.isExact && weighted.isExact
        func words(_ spectrum: LaplacianSpectrum) -> String {
            "μ2 \(spectrum.isExact ? "" : "at most ")\(brief(spectrum.connectivity)), μmax \(brief(spectrum.largest))"
        }
        return [
            Finding(
                code,
                numbers: [
                    ("mu2", plain.connectivity), ("muMax", plain.largest), ("weightedMu2", weighted.connectivity),
                    ("weightedMuMax", weighted.largest), ("exact", isExact ? 1 : 0),
                ],
                saying: "Laplacian of edges: \(words(plain)); of weights: \(words(weighted))")
        ]
    }
}
