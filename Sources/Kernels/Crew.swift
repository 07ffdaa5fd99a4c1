// Crew: whoever works on parts of one job at the same time. Kernels start no threads; these are given from above.

/// Threads that share the work on long vectors.
///
/// A job is cut where a kernel goes from one column, row or pair of rows to the next anyway, so the same bits come out
/// for any number of threads.
public struct Crew: Sendable {
    /// Does each of the parts 0 ..< `parts` once, in any order and some at the same time, and returns when all are
    /// done.
    public typealias Run = @Sendable (_ parts: Int, _ work: (Int) -> Void) -> Void

    /// How many parts can be worked on at the same time just now; asked before each job.
    let members: @Sendable () -> Int
    /// Elements below which a job is not cut: what takes less time than a thread takes to start.
    let leastElements: Int
    let run: Run

    public init(members: @escaping @Sendable () -> Int, leastElements: Int = 1 << 20, run: @escaping Run) {
        self.members = members
        self.leastElements = leastElements
        self.run = run
    }
}

extension VectorBatch {
    /// Into how many parts a job on all elements is cut, at most `most`.
    private func parts(atMost most: Int) -> Int {
        guard let crew, most > 1, elements.count >= crew.leastElements else { return 1 }
        return max(1, min(crew.members(), most))
    }

    /// Calls `work` with each of 0 ..< parts and the number of parts.
    func share(atMost most: Int, _ work: (_ part: Int, _ parts: Int) -> Void) {
        let parts = parts(atMost: most)
        guard parts > 1, let crew else { return work(0, 1) }
        crew.run(parts) { work($0, parts) }
    }

    /// Calls `work` with ranges of columns that together are all. Each begins at a multiple of `step` and has at least
    /// so many, if there are so many.
    func shareColumns(by step: Int, _ work: (Range<Int>) -> Void) {
        let (columns, steps) = (columns, columns / step)
        share(atMost: steps) { part, parts in
            let start = steps * part / parts * step
            work(start..<(part == parts - 1 ? columns : steps * (part + 1) / parts * step))
        }
    }

    /// The same, each with its own elements of `out`, which has one a column from `first` on.
    public func shareColumns(
        by step: Int, into out: inout MutableSpan<Float>, at first: Int = 0,
        _ work: (_ columns: Range<Int>, _ out: inout MutableSpan<Float>) -> Void
    ) {
        precondition(first >= 0 && out.count == first + columns, "one result a column")
        unsafe out.withUnsafeMutableBufferPointer { out in
            let base = out.baseAddress
            shareColumns(by: step) { columns in
                let start = unsafe base.map { unsafe $0 + first + columns.lowerBound }
                var part = unsafe UnsafeMutableBufferPointer(start: start, count: columns.count).mutableSpan
                work(columns, &part)
            }
        }
    }

    /// The same in blocks of at most `size` columns.
    public func shareBlocks(
        of size: Int, into out: inout MutableSpan<Float>,
        _ work: (_ columns: Range<Int>, _ out: inout MutableSpan<Float>) -> Void
    ) {
        shareColumns(by: size, into: &out) { columns, out in
            forEachBlock(of: size, in: columns, into: &out, work)
        }
    }

    /// Calls `work` with blocks of at most `size` of these columns, one after the other, each with its own elements of
    /// `out`, which has one a column.
    public func forEachBlock(
        of size: Int, in columns: Range<Int>, into out: inout MutableSpan<Float>,
        _ work: (_ columns: Range<Int>, _ out: inout MutableSpan<Float>) -> Void
    ) {
        precondition(out.count == columns.count, "one result a column")
        unsafe out.withUnsafeMutableBufferPointer { out in
            for start in stride(from: columns.lowerBound, to: columns.upperBound, by: size) {
                let block = start..<min(start + size, columns.upperBound)
                let place = block.lowerBound - columns.lowerBound..<block.upperBound - columns.lowerBound
                var part = unsafe UnsafeMutableBufferPointer(rebasing: out[place]).mutableSpan
                work(block, &part)
            }
        }
    }
}
