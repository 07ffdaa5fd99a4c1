// What is measured is the same of real processes and of the simulator, and stands in the same places.
import JSON
import Metrics
import Platform
import Scenario
import Testing

@testable import Harness

extension EndToEndTests {
    @Suite("Measures of the engines") struct MeasuresTests {
        private static let common =
            [
                #"task.dataset={"kind":"synthetic","features":6,"classes":3,"samples":400,"testSamples":50}"#,
                "timing.deadlineMilliseconds=30000", "training.rounds=24", "measure.every=8", "measure.target=0.4",
                #"measure.also=["nodes","classes","gradients","mixing","disagreement"]"#,
                #"measure.reference=["noAttack","noCommunication"]"#,
                #"adversary=[{"nodes":["3"],"attack":"labelFlip"},{"nodes":["7"],"attack":"signFlip"}]"#,
            ].flatMap { ["--set", $0] } + ["--quiet", "--json"]

        private static func measures(_ ended: Ended) throws -> Figures {
            #expect(ended.status == .exited(0), "\(ended.errors)")
            return Figures(try ended.summary().member("measures"))
        }

        private static func lines(_ run: String) throws -> [String] {
            try Files.read(RunDirectory(run).metrics).split(separator: UInt8(ascii: "\n"))
                .map { String(decoding: $0, as: UTF8.self) }
        }

        @Test("every figure of every moment is the same, however the experiment is run")
        func equal() throws {
            let laboratory = try Laboratory()
            let simulated = try laboratory.finish("simulate", ["quickstart"] + Self.common + ["--carry", "bytes"])
            let figures = try Self.measures(simulated)
            for name in ["kappaGreatest", "poisonedDistance", "successWorst", "attackImpactWorst", "honestDrift"] {
                #expect(figures[name] != nil, "\(name)")
            }
            let run = try laboratory.finish("run", ["quickstart"] + Self.common)
            #expect(try Self.measures(run) == figures)
            let runs = try laboratory.runNames().map { "\(laboratory.runs)/\($0)" }
            let lines = try runs.map(Self.lines)
            #expect(lines.count == 2 && lines[0] == lines[1] && lines[0].count == 4)
            for name in ["metrics.jsonl", "measures.csv", "references/noAttack.jsonl"] {
                #expect(try Set(runs.map { try Files.read("\($0)/\(name)") }).count == 1, "\(name)")
            }
            // Nothing that was handed out is left.
            for run in runs {
                let left = (0..<16).flatMap { (try? Files.names(in: "\(run)/nodes/\($0)/snapshots")) ?? [] }
                #expect(left.filter { $0.hasSuffix(".mix") }.isEmpty)
            }
        }

        @Test("the catalogue is listed, with definitions and units")
        func list() throws {
            let laboratory = try Laboratory()
            let ended = try laboratory.start(["list", "measures"]).ended()
            #expect(ended.status == .exited(0))
            for figure in MeasureCatalog.figures {
                #expect(ended.output.contains("\(figure.name) (\(figure.unitInWords)): \(figure.definition)"))
            }
        }
    }
}
