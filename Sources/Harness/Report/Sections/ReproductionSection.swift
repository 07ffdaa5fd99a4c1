// The commands that make the run again, and those that go on with it or recompute it.
import Scenario

enum ReproductionSection: ReportSection {
    static func markup(of run: RecordedRun) -> Markup {
        let repeating = LaboratoryCommand(repeating: run.record ?? guessedRecord(of: run), of: run.directory.experiment)
        let (further, note): (LaboratoryCommand?, String) =
            switch run.state {
            case .running: (nil, "This command repeats the run.")
            case .finished where run.summary?.modelDigest.isEmpty == false: (run.check, finishedNote(of: run))
            case .finished where run.isSimulated: (nil, "This command repeats the run.")
            case .finished, .stopped, .unfinished:
                (LaboratoryCommand(.resume, run.directory), unfinishedNote(of: run))
            }
        let commands = [repeating, further].compactMap { $0?.description }
        return .section("Reproduce", note: note, "<pre><code>\(lines: commands)</code></pre>\n")
    }

    private static func unfinishedNote(of run: RecordedRun) -> String {
        run.isSimulated
            ? "The first command repeats the run; the second computes it again in its folder, to its end."
            : "The first command repeats the run; the second goes on with it, if nothing else does."
    }

    private static func finishedNote(of run: RecordedRun) -> String {
        guard !run.isSimulated, let disturbance = run.disturbance.inWords else {
            return "The first command repeats the run; the second recomputes its models and compares them."
        }
        let repetition = "The first command repeats the experiment, which may go otherwise: \(disturbance)."
        return run.check == nil
            ? "\(repetition) What the nodes heard was not kept: trace is 'recent'."
            : "\(repetition) The second recomputes the models from what the nodes wrote down that they had heard, and "
                + "compares them."
    }

    /// For a run that no laboratory made.
    private static func guessedRecord(of run: RecordedRun) -> RunRecord {
        run.isSimulated ? .simulation(SimulationSettings()) : .gathered
    }
}
