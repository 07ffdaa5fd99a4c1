// What the tests of packs share: a small study is run in a folder of its own, with one claim planted that is false.
import Platform
import Registry
import TestSupport
import Testing

@testable import Harness

/// The claims of a study that was run, and the planted one apart.
struct PackSlice {
    let claims: [JudgedClaim]
    let planted: JudgedClaim
    /// Of the report.
    let page: String
    private let hasFigures: Bool

    init(_ study: PackStudy, planting planted: Claim) throws {
        let folder = try TemporaryDirectory()
        let whole = PackStudy(
            setting: study.setting, sweeps: study.sweeps, calculations: study.calculations,
            claims: study.claims + [planted], figures: study.figures)
        let pack = PaperPack(name: "slice", summary: "", papers: []) { _ in whole }
        let run = try PackRun(
            pack, PackRequest(scale: .quick, images: .digits), in: folder.path, threads: HostLimits.processors)
        let outcome = try run.run(threads: HostLimits.processors, say: { _ in }, progress: { _, _ in })
        guard case .finished(let judged) = outcome, let last = judged.last else {
            throw ConfigurationFault("the slice has not finished: \(outcome)")
        }
        claims = judged.dropLast()
        hasFigures = !study.figures.isEmpty
        self.planted = last
        page = String(decoding: try InputFiles.ofRuns.read("\(run.path)/report.html"), as: UTF8.self)
    }

    /// Those whose statement has this in it, as "verdict: statement, numbers".
    func lines(_ words: String) -> [String] {
        claims.filter { $0.claim.statement.contains(words) }.map {
            "\($0.verdict): \($0.claim.statement), \($0.numbers)"
        }
    }

    /// The report has figures, and leaves none undrawn.
    var isDrawn: Bool { hasFigures && !page.contains("Not drawn") }
}

extension PackRequest {
    static let slice = PackRequest(scale: .quick, images: .digits)
}
