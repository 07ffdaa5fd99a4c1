// Half the squared error of a real value.
import Kernels

/// (s − y)² / 2.
struct SquaredError: LossFunction {
    let scoreCount = 1

    func sum(
        _ scores: inout MutableSpan<Float>, rows: Span<Int32>, of samples: Samples, share: Float?
    ) -> Double {
        guard case .values(let values) = samples.targets else { preconditionFailure("real values are regressed on") }
        var loss = 0.0
        for s in rows.indices {
            let error = scores[s] - values[Int(rows[s])]
            let weight = samples.weight(of: rows[s])
            loss += Double(weight) * (Double(error) * Double(error) / 2)
            if let share { scores[s] = share * weight * error }
        }
        return loss
    }

    func hits(_ scores: Span<Float>, rows: Span<Int32>, targets: Targets) -> Int? { nil }
}
