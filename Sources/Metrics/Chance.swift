// Chance: the accuracy of guessing, which is the bar that a model has to clear before it has learned anything.

/// The accuracy of a model that knows nothing of the samples, on a certain test part.
public struct Chance: Sendable, Equatable {
    /// One model in 740 that guesses is luckier than so many standard errors (a normal distribution's upper tail).
    private static let standardErrors = 3.0

    /// q, the share of the test part's most frequent class: what is always answered with that class is right so often,
    /// and no other answer that does not look at the sample is right more often on average.
    public let share: Double
    /// z √(q (1 − q) / n) with z = 3: what guessing on n samples may come to beyond q, by the normal approximation of
    /// the binomial distribution.
    public let margin: Double

    /// - Parameter classes: samples of the test part in each class.
    public init(classes: [Int]) {
        let samples = classes.reduce(0, +)
        guard samples > 0 else {
            (share, margin) = (1, 0)
            return
        }
        let share = Double(classes.max() ?? 0) / Double(samples)
        self.share = share
        margin = Self.standardErrors * (share * (1 - share) / Double(samples)).squareRoot()
    }

    /// Whether an accuracy is more than chance explains.
    public func isBeaten(by accuracy: Double) -> Bool { accuracy > share + margin }

    /// Whether any accuracy would be: not on a handful of samples, nor where all are of one class.
    public var canBeBeaten: Bool { share + margin < 1 }
}
