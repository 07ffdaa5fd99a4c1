// Slow, obvious twins of what Kernels computes: one loop each, in Double, no lanes and no networks.
import Kernels

public func slowSum(_ x: [Float]) -> Double { x.reduce(0.0) { $0 + Double($1) } }

public func slowDot(_ x: [Float], _ y: [Float]) -> Double {
    zip(x, y).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
}

public func slowSquaredDistance(_ x: [Float], _ y: [Float]) -> Double {
    zip(x, y).reduce(0.0) { sum, pair in
        let difference = Double(pair.0) - Double(pair.1)
        return sum + difference * difference
    }
}

/// The columns of `rows`, each in ascending order.
public func sortedColumns(_ rows: [[Float]]) -> [[Float]] {
    (rows.first ?? []).indices.map { column in rows.map { $0[column] }.sorted() }
}

public func slowTrimmedColumnSums(_ rows: [[Float]], dropping count: Int) -> [Double] {
    sortedColumns(rows).map { slowSum(Array($0.dropFirst(count).dropLast(count))) }
}

public func slowColumnMedians(_ rows: [[Float]]) -> [Double] {
    sortedColumns(rows).map { column in
        let middle = column.count / 2
        if column.count % 2 == 1 { return Double(column[middle]) }
        return (Double(column[middle - 1]) + Double(column[middle])) / 2
    }
}

/// W x + b for every row of `x`; `parameters` are W class by class, then b.
public func slowDenseForward(_ x: [[Float]], parameters: [Float], classes: Int) -> [[Double]] {
    x.map { row in
        (0..<classes).map { c in
            slowDot(row, Array(parameters[c * row.count..<(c + 1) * row.count]))
                + Double(parameters[classes * row.count + c])
        }
    }
}

/// The gradient of Σ errors · (W x + b), laid out like the parameters.
public func slowDenseBackward(_ x: [[Float]], errors: [[Float]]) -> [Double] {
    let classes = errors[0].indices
    let weights = classes.flatMap { c in
        x[0].indices.map { j in slowDot(errors.map { $0[c] }, x.map { $0[j] }) }
    }
    return weights + classes.map { c in slowSum(errors.map { $0[c] }) }
}

/// `count` seeded values on [-1, 1).
public func seededValues(_ count: Int, seed: UInt64 = 1, lane: Int = 0) -> [Float] {
    var stream = RandomStream(seed: seed, purpose: .measurement, lane: lane)
    return (0..<count).map { _ in Float(2 * stream.uniform() - 1) }
}

/// A batch of these rows.
public func batch(_ rows: [[Float]]) -> VectorBatch {
    var batch = VectorBatch(columns: rows.first?.count ?? 0, capacity: rows.count)
    for row in rows { batch.append(row) }
    return batch
}
