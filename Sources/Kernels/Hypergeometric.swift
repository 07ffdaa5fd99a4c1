// Tail probabilities of drawing without replacement, without factorials: every term follows from the one before it.

/// P[X > `bound`] for the number X of marked ones among `draws` of `population`, of which `marked` are.
public func hypergeometricTail(above bound: Int, population: Int, marked: Int, draws: Int) -> Double {
    precondition(0...population ~= marked && 0...population ~= draws, "no more than there are")
    let least = max(0, draws + marked - population)
    let most = min(draws, marked)
    guard bound >= least else { return 1 }
    guard bound < most else { return 0 }
    // Terms relative to the likeliest, so that none overflows and only negligible ones vanish.
    let mode = min(most, max(least, (draws + 1) * (marked + 1) / (population + 2)))
    var (total, tail) = (0.0, 0.0)
    func add(_ term: Double, at count: Int) {
        total += term
        if count > bound { tail += term }
    }
    /// P[X = count + 1] / P[X = count].
    func ratio(after count: Int) -> Double {
        Double(marked - count) * Double(draws - count)
            / (Double(count + 1) * Double(population - marked - draws + count + 1))
    }
    var term = 1.0
    for count in stride(from: mode, through: most, by: 1) {
        add(term, at: count)
        term *= ratio(after: count)
    }
    term = 1
    for count in stride(from: mode - 1, through: least, by: -1) {
        term /= ratio(after: count)
        add(term, at: count)
    }
    return tail / total
}
