// Rules that withstand nobody.
import Graphs

extension Checker {
    func noneHostile() -> Check {
        let count = subject.placement.nodes.count
        return Check(
            "noneHostile", count == 0 ? .holds : .fails, numbers: [("hostile", Double(count))],
            demand: count == 0 ? 0 : 2,
            saying: count == 0
                ? "nobody is hostile"
                : "a single hostile node controls the outcome, and there \(count == 1 ? "is 1" : "are \(count)")")
    }
}
