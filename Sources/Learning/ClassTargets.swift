// ClassTargets: the classes of samples as losses ask for them, whether certain or soft.

/// Labels, certain or soft, taken out of the targets once for a whole batch.
struct ClassTargets {
    private var labels: [Int32] = []
    private var shares: [Float] = []
    private let classCount: Int

    init(_ targets: Targets) {
        classCount = targets.kind.classCount
        switch targets {
        case .classes(let labels, _): self.labels = labels
        case .distributions(let shares, _): self.shares = shares
        case .values, .none: preconditionFailure("an objective of classes has data with classes")
        }
    }

    /// The likeliest class.
    func label(of sample: Int32) -> Int {
        guard !shares.isEmpty else { return Int(labels[Int(sample)]) }
        let row = Int(sample) * classCount
        var best = 0
        for c in 1..<classCount where shares[row + c] > shares[row + best] { best = c }
        return best
    }

    /// The score that is expected of the row's scores.
    @inline(__always)
    func expected(of sample: Int32, _ scores: borrowing MutableSpan<Float>, at row: Int) -> Float {
        guard !shares.isEmpty else { return scores[row + Int(labels[Int(sample)])] }
        var sum: Float = 0
        for c in 0..<classCount { sum += shares[Int(sample) * classCount + c] * scores[row + c] }
        return sum
    }

    /// The probability of a class.
    @inline(__always)
    func share(of sample: Int32, _ label: Int) -> Float {
        guard !shares.isEmpty else { return labels[Int(sample)] == label ? 1 : 0 }
        return shares[Int(sample) * classCount + label]
    }

    /// Takes `factor` times the target's probabilities from the row.
    @inline(__always)
    func subtract(_ factor: Float, of sample: Int32, from errors: inout MutableSpan<Float>, at row: Int) {
        guard !shares.isEmpty else {
            errors[row + Int(labels[Int(sample)])] -= factor
            return
        }
        for c in 0..<classCount { errors[row + c] -= factor * shares[Int(sample) * classCount + c] }
    }
}
