// Reference rules that judge every coordinate by itself.

extension ReferenceRules {
    @Sendable static func mean(_ inputs: ReferenceInputs) -> ReferenceResult {
        ReferenceResult(inputs.vectors.mean(of: 0..<inputs.count), kept: Array(0..<inputs.count))
    }

    @Sendable static func median(_ inputs: ReferenceInputs) -> ReferenceResult {
        ReferenceResult(inputs.vectors.byColumn(middle), kept: Array(0..<inputs.count))
    }

    @Sendable static func trimmedMean(_ inputs: ReferenceInputs) -> ReferenceResult {
        let vector = inputs.vectors.byColumn { trimmed($0, inputs.hostile) }
        return ReferenceResult(vector, kept: Array(0..<inputs.count))
    }

    @Sendable static func meanAroundMedian(_ inputs: ReferenceInputs) -> ReferenceResult {
        let vector = inputs.vectors.byColumn { nearestMean($0, to: middle($0), keeping: inputs.count - inputs.hostile) }
        return ReferenceResult(vector, kept: Array(0..<inputs.count))
    }

    @Sendable static func phocas(_ inputs: ReferenceInputs) -> ReferenceResult {
        let vector = inputs.vectors.byColumn {
            nearestMean($0, to: trimmed($0, inputs.hostile), keeping: inputs.count - inputs.hostile)
        }
        return ReferenceResult(vector, kept: Array(0..<inputs.count))
    }

    @Sendable static func signMajority(_ inputs: ReferenceInputs) -> ReferenceResult {
        func sign(_ x: Double) -> Double { x > 0 ? 1 : x < 0 ? -1 : 0 }
        let step = inputs.parameters.number("step")
        let vector = inputs.vectors.byColumn { column in step * sign(column.reduce(0) { $0 + sign($1) }) }
        return ReferenceResult(vector, kept: Array(0..<inputs.count))
    }
}

/// The middle value, or the midpoint of the two middle ones.
func middle(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let half = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[half] : 0.5 * sorted[half - 1] + 0.5 * sorted[half]
}

func trimmed(_ values: [Double], _ count: Int) -> Double { average(values.sorted().dropFirst(count).dropLast(count)) }

/// The mean of the `kept` values nearest to `centre`, on equal distances the first.
func nearestMean(_ values: [Double], to centre: Double, keeping kept: Int) -> Double {
    average(ranked(values.indices) { (values[$0] - centre).magnitude }.prefix(kept).map { values[$0] })
}

private func average(_ values: some Collection<Double>) -> Double { values.reduce(0, +) / Double(values.count) }
