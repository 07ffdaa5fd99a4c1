// Whether some groups of honest nodes may leave each other out for ever: with the rule as it is, on this graph. Hostile
// nodes that say to each what it has already keep them so.
import Aggregation
import Graphs

extension Checker {
    mutating func robust(isEnough: Bool) -> Check {
        let code = "robust"
        guard subject.graphs.isConstant else {
            return Check(
                code, .unknown, isEnough: isEnough, saying: "on a graph that changes it is not known who hears whom")
        }
        guard let heaviest = everyIgnored(), let lightest = everyIgnored(lightest: true) else {
            return Check(
                code, .unknown, isEnough: isEnough, saying: "too large to find out what every node can leave out")
        }
        let facts = facts
        func verdict(_ ignored: [Int]) -> Separation.Verdict {
            Separation.search(facts.heard, ignored: ignored, connectivity: facts.surelyConnected)
        }
        // What a node leaves out of its heaviest neighbours it surely leaves out, whichever they are; of others there
        // may be more.
        let atMost = zip(heaviest, lightest).map { max($0, $1) }
        var (found, ignored) = (verdict(heaviest), heaviest)
        if atMost != heaviest, found == .excluded || found == .unknown {
            ignored = atMost
            found = verdict(atMost) == .excluded ? .excluded : .unknown
        }
        let most = ignored.max() ?? 0
        let start = "a node can leave out \(counted(most, "neighbour"))"
        switch found {
        case .excluded:
            return Check(
                code, .holds, numbers: [("leftOut", Double(most))], isEnough: isEnough,
                saying: "\(start), too few to keep any two groups apart")
        case .unknown:
            return Check(
                code, .unknown, numbers: [("leftOut", Double(most))], isEnough: isEnough,
                saying: "\(start); no groups were found that this surely keeps apart, and yet there may be some")
        case .found(let separation):
            let groups = separation.groups
            return Check(
                code, .fails,
                numbers: [
                    ("leftOut", Double(most)), ("groupA", Double(groups[0].count)), ("groupB", Double(groups[1].count)),
                ], nodes: subject.labels(groups[0]), isEnough: isEnough,
                saying: "\(start), which can keep groups apart for ever: "
                    + groups.map(subject.names).joined(separator: " | "))
        }
    }
}
