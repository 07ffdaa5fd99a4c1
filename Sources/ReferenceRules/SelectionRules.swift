// Reference rules that keep some vectors and discard the others, by their distances.

extension ReferenceRules {
    @Sendable static func krum(_ inputs: ReferenceInputs) -> ReferenceResult {
        let best = rankedByKrum(inputs, among: Array(0..<inputs.count), fewer: fewerNeighbours(inputs))[0]
        return ReferenceResult(inputs.vectors[best], kept: [best])
    }

    @Sendable static func multiKrum(_ inputs: ReferenceInputs) -> ReferenceResult {
        let fewer = inputs.parameters.text("selected") == "n-f" ? 0 : 2
        let order = rankedByKrum(inputs, among: Array(0..<inputs.count), fewer: fewerNeighbours(inputs))
        return meanOf(order.prefix(max(1, inputs.count - inputs.hostile - fewer)), inputs)
    }

    @Sendable static func nearestToPivot(_ inputs: ReferenceInputs) -> ReferenceResult {
        let pivot = inputs.own ?? inputs.parameters.count("pivot")
        let order = ranked(0..<inputs.count) { $0 == pivot ? -1 : inputs.vectors.squaredDistance($0, pivot) }
        return meanOf(order.prefix(inputs.count - inputs.hostile), inputs)
    }

    @Sendable static func minimumDiameter(_ inputs: ReferenceInputs) -> ReferenceResult {
        bestSubset(inputs) { rows in
            rows.flatMap { i in rows.map { j in inputs.vectors.squaredDistance(i, j) } }.max() ?? 0
        }
    }

    @Sendable static func minimumVariance(_ inputs: ReferenceInputs) -> ReferenceResult {
        bestSubset(inputs) { rows in
            let mean = inputs.vectors.mean(of: rows)
            return rows.reduce(0) { $0 + dot(inputs.vectors[$1] - mean, inputs.vectors[$1] - mean) }
        }
    }

    @Sendable static func smallestEigenvalue(_ inputs: ReferenceInputs) -> ReferenceResult {
        let points = Flattened(inputs.vectors).points
        return bestSubset(inputs, tolerance: 1e-12) { rows in
            topEigenpair(covariance(rows.map { points[$0] }, weights: rows.map { _ in 1 }).matrix).value
        }
    }

    @Sendable static func faba(_ inputs: ReferenceInputs) -> ReferenceResult {
        var rows = Array(0..<inputs.count)
        for _ in 0..<inputs.hostile {
            let mean = inputs.vectors.mean(of: rows)
            let order = ranked(rows.filter { $0 != inputs.pinned }) { -norm(inputs.vectors[$0] - mean) }
            rows.removeAll { $0 == order.first }
        }
        return meanOf(rows[...], inputs)
    }

    @Sendable static func comparativeElimination(_ inputs: ReferenceInputs) -> ReferenceResult {
        let order = ranked(0..<inputs.count) { row in
            let norm = norm(inputs.vectors[row])
            return norm.isFinite ? norm : .infinity
        }
        return meanOf(order.prefix(inputs.count - inputs.hostile), inputs)
    }

    @Sendable static func bulyan(_ inputs: ReferenceInputs) -> ReferenceResult {
        var rest = Array(0..<inputs.count)
        var picked: [Int] = []
        for _ in 0..<inputs.count - 2 * inputs.hostile {
            picked.append(rankedByKrum(inputs, among: rest, fewer: 2)[0])
            rest.removeAll { $0 == picked.last }
        }
        if let pinned = inputs.pinned, !picked.contains(pinned) { picked[picked.count - 1] = pinned }
        let kept = picked.count - 2 * inputs.hostile
        let rows = picked.sorted()
        let vector = rows.map { inputs.vectors[$0] }.byColumn { nearestMean($0, to: middle($0), keeping: kept) }
        return ReferenceResult(vector, kept: rows)
    }

    /// The mean of these rows, and of the pinned one in place of the last if it is not among them.
    private static func meanOf(_ rows: ArraySlice<Int>, _ inputs: ReferenceInputs) -> ReferenceResult {
        var rows = Array(rows)
        if let pinned = inputs.pinned, !rows.contains(pinned) { rows[rows.count - 1] = pinned }
        return ReferenceResult(inputs.vectors.mean(of: rows.sorted()), kept: rows.sorted())
    }

    private static func fewerNeighbours(_ inputs: ReferenceInputs) -> Int {
        inputs.parameters.text("neighbours") == "n-f-1" ? 1 : 2
    }

    /// Rows by the sum of the squared distances to their n' − f − `fewer` nearest others.
    private static func rankedByKrum(_ inputs: ReferenceInputs, among rows: [Int], fewer: Int) -> [Int] {
        ranked(rows) { row in
            let others = rows.filter { $0 != row }.map { inputs.vectors.squaredDistance(row, $0) }.sorted()
            return others.prefix(max(1, rows.count - inputs.hostile - fewer)).reduce(0, +)
        }
    }

    /// The mean of the first subset, in lexicographic order, of n − f rows with the least value, where a value must be
    /// less than the best by a share of it to replace it.
    private static func bestSubset(
        _ inputs: ReferenceInputs, tolerance: Double = 0, _ value: ([Int]) -> Double
    ) -> ReferenceResult {
        var best: (rows: [Int], value: Double)?
        func extend(_ rows: [Int], from first: Int) {
            guard rows.count < inputs.count - inputs.hostile else {
                guard inputs.pinned.map(rows.contains) ?? true else { return }
                let value = value(rows)
                if let best, value >= best.value - tolerance * best.value { return }
                best = (rows, value)
                return
            }
            for row in first..<max(first, inputs.count) { extend(rows + [row], from: row + 1) }
        }
        extend([], from: 0)
        return meanOf((best?.rows ?? [])[...], inputs)
    }
}
