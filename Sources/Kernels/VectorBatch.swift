// Several vectors of one length in one allocation: what rules read. Not a matrix library.

/// `rows` vectors of `columns` Floats each, row after row.
public struct VectorBatch: Sendable {
    public private(set) var columns: Int
    /// Row `i` is `elements[i * columns ..< (i + 1) * columns]`; nothing follows the last row.
    public internal(set) var elements: [Float]
    /// Who shares the work on it where it is long; `nil`: the caller does all.
    public var crew: Crew?

    /// An empty batch with room for `capacity` rows.
    public init(columns: Int, capacity: Int) {
        precondition(columns >= 0 && capacity >= 0, "a batch has no negative size")
        self.columns = columns
        elements = []
        elements.reserveCapacity(columns * capacity)
    }

    public var rows: Int { columns == 0 ? 0 : elements.count / columns }

    /// Adds a copy of `row`, which must have `columns` elements.
    public mutating func append(_ row: [Float]) {
        precondition(row.count == columns, "a row has as many elements as the batch has columns")
        elements.append(contentsOf: row)
    }

    /// Adds a copy of `row`, which must have `columns` elements.
    public mutating func append(_ row: Span<Float>) {
        precondition(row.count == columns, "a row has as many elements as the batch has columns")
        unsafe row.withUnsafeBufferPointer { unsafe elements.append(contentsOf: $0) }
    }

    /// Adds x − y, both of `columns` elements.
    public mutating func append(_ x: Span<Float>, minus y: Span<Float>) {
        precondition(x.count == columns && y.count == columns, "a row has as many elements as the batch has columns")
        for index in x.indices { elements.append(x[index] - y[index]) }
    }

    /// Multiplies a row.
    public mutating func scale(row: Int, by factor: Double) {
        for index in range(ofRow: row) { elements[index] = Float(factor * Double(elements[index])) }
    }

    /// Forgets all rows, keeps the memory, and takes rows of `columns` elements from now on.
    public mutating func begin(columns: Int) {
        self.columns = columns
        elements.removeAll(keepingCapacity: true)
    }

    /// Takes `rows` rows of `columns` elements; what is in them does not matter.
    mutating func begin(columns: Int, rows: Int) {
        self.columns = columns
        if elements.count > rows * columns {
            elements.removeLast(elements.count - rows * columns)
        } else {
            elements.append(contentsOf: repeatElement(0, count: rows * columns - elements.count))
        }
    }

    /// Forgets all rows and keeps the memory.
    public mutating func removeAll() {
        elements.removeAll(keepingCapacity: true)
    }

    /// The range of `elements` that row `row` takes up.
    @inlinable public func range(ofRow row: Int) -> Range<Int> { row * columns..<(row + 1) * columns }
}
