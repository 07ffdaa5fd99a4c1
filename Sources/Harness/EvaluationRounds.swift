// EvaluationRounds: after which rounds the honest nodes' models are evaluated.
import Scenario

/// The moments of a run that are to be measured, ascending: the start, every so many rounds, and the end.
struct EvaluationRounds: Sendable {
    /// 0 for none but the end.
    private let every: Int
    private let end: Int

    init(_ experiment: Experiment) {
        every = experiment.measureEvery
        end = experiment.training.rounds
    }

    /// The first moment after so many rounds, which may be -1 for the very first; `nil` after the end.
    func next(after rounds: Int) -> Int? {
        guard rounds < end else { return nil }
        guard every > 0 else { return end }
        return rounds < 0 ? 0 : min((rounds / every + 1) * every, end)
    }

    /// All of them until so many rounds are done.
    func through(_ rounds: Int) -> [Int] {
        Array(sequence(first: -1) { next(after: $0) }.prefix { $0 <= rounds }.dropFirst())
    }
}
