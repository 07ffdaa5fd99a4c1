// The search for the best n − f of n rows, for rules that are defined by one.
import Registry

/// Subsets in lexicographic order of their rows; the first of the best wins. A subset is given up as soon as what it
/// must come to is no better than the best so far.
struct SubsetSearch {
    /// More subsets than this are not searched unless the operator insists.
    static let mostSubsets = 200_000
    static let parameters = [Parameter.flag("force", default: false, "search even more than \(mostSubsets) subsets")]
    static let condition = "n > 2f, and no more than \(mostSubsets) subsets of n - f unless forced"

    /// The greatest f for which all subsets of n − f rows may be searched.
    static func capacity(of count: Int, isForced: Bool) -> Int {
        let most = (count - 1) / 2
        return isForced ? most : (0...most).last { subsets(of: count, without: $0) <= mostSubsets } ?? 0
    }

    /// n over f, or something above `mostSubsets` where it is.
    private static func subsets(of count: Int, without f: Int) -> Int {
        var subsets = 1
        for i in 0..<f where subsets <= mostSubsets { subsets = subsets * (count - i) / (i + 1) }
        return subsets
    }

    private let rows: Int
    private let size: Int
    private let pinned: Int?
    private var members: [Int] = []
    private var best: [Int] = []
    private var leastValue = Double.infinity

    /// `scratch.chosen` becomes the subset of `rows` − `hostile` rows with the least value; the first of all where none
    /// has one that is a number and finite.
    ///
    /// - Parameters:
    ///   - grow: what a subset comes to at least, once `row` has joined the members, who come to at least `bound`.
    ///   - value: what a whole subset comes to, if that is less than `least`.
    static func run(
        _ context: borrowing AggregationContext, rows: Int, _ scratch: inout Scratch,
        grow: (_ bound: Double, _ members: [Int], _ row: Int) -> Double,
        value: (_ members: [Int], _ bound: Double, _ least: Double) -> Double
    ) {
        var search = SubsetSearch(rows: rows, size: rows - context.hostile, pinned: context.pinned)
        swap(&search.members, &scratch.order)
        swap(&search.best, &scratch.chosen)
        search.members.removeAll(keepingCapacity: true)
        search.best.removeAll(keepingCapacity: true)
        search.best.append(contentsOf: 0..<search.size)
        if let pinned = search.pinned, pinned >= search.size { search.best[search.size - 1] = pinned }
        search.extend(from: 0, bound: 0, grow, value)
        swap(&search.members, &scratch.order)
        swap(&search.best, &scratch.chosen)
    }

    private init(rows: Int, size: Int, pinned: Int?) {
        self.rows = rows
        self.size = size
        self.pinned = pinned
    }

    private mutating func extend(
        from first: Int, bound: Double, _ grow: (Double, [Int], Int) -> Double,
        _ value: ([Int], Double, Double) -> Double
    ) {
        guard members.count < size else {
            let value = value(members, bound, leastValue)
            guard value < leastValue else { return }
            leastValue = value
            best.removeAll(keepingCapacity: true)
            best.append(contentsOf: members)
            return
        }
        // Enough rows must be left to fill the subset, and the pinned one may not be passed over.
        var last = rows - (size - members.count)
        if let pinned, pinned >= first { last = min(last, pinned) }
        for row in stride(from: first, through: last, by: 1) {
            let grown = grow(bound, members, row)
            guard grown < leastValue else { continue }
            members.append(row)
            extend(from: row + 1, bound: grown, grow, value)
            members.removeLast()
        }
    }
}
