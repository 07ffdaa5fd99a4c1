// What rules that judge rows by their distances share: ranking, choosing, averaging what was chosen.
import Kernels

extension Scratch {
    /// `order` becomes the rows by ascending value, on equal values by row.
    mutating func rank(by values: [Double]) {
        order.removeAll(keepingCapacity: true)
        order.append(contentsOf: values.indices)
        order.sort { (values[$0], $0) < (values[$1], $1) }
    }

    /// `chosen` becomes the first `count` of `order`, with `pinned` in place of the last if it is not among them.
    mutating func chooseFirst(_ count: Int, pinned: Int?) {
        chosen.removeAll(keepingCapacity: true)
        chosen.append(contentsOf: order[..<count])
        if let pinned, !chosen.contains(pinned) { chosen[count - 1] = pinned }
        chosen.sort()
    }

    /// `chosen` becomes all of so many rows.
    mutating func chooseAll(_ count: Int) {
        chosen.removeAll(keepingCapacity: true)
        chosen.append(contentsOf: 0..<count)
    }

    /// The mean of the rows in `chosen`; the others are noted as removed.
    mutating func averageChosen(
        of inputs: borrowing VectorBatch, into output: inout MutableSpan<Float>, report: inout MixReport
    ) {
        report.noteAll(.removed)
        coefficients.removeAll(keepingCapacity: true)
        coefficients.append(contentsOf: repeatElement(0, count: inputs.rows))
        for row in chosen {
            coefficients[row] = 1 / Double(chosen.count)
            report.note(.kept, row: row)
        }
        combine(inputs, coefficients, into: &output)
    }

    /// `distances` becomes |x_i − x_centre|² of every row.
    mutating func measure(_ inputs: borrowing VectorBatch, from centre: Span<Float>) {
        squaredDistances(of: inputs, from: centre, into: &distances)
    }
}
