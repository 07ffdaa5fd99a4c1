// Whether honest nodes can reach each other through honest nodes.
import Graphs

extension Checker {
    func connected() -> Check {
        let (parts, closed) = (facts.parts.count, facts.closedGroups.count)
        let sentence =
            if parts != 1 {
                "the honest graph is in \(parts) parts, which never agree"
            } else if closed != 1 {
                "\(closed) groups of honest nodes hear nobody else, and never agree"
            } else {
                "the honest graph is connected"
            }
        return Check(
            "connected", closed == 1 ? .holds : .fails,
            numbers: [("parts", Double(parts)), ("closedGroups", Double(closed))], saying: sentence)
    }
}
