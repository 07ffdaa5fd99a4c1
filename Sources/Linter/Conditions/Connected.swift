// Whether honest nodes can reach each other through honest nodes.
import Graphs

extension Checker {
    func connected() -> Check {
        let count = facts.parts.count
        return Check(
            "connected", count == 1 ? .holds : .fails, numbers: [("parts", Double(count))],
            saying: count == 1
                ? "the honest graph is connected" : "the honest graph is in \(count) parts, which never agree")
    }
}
