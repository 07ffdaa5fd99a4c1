// What is known of each rule on this graph: its conditions, which of them hold, and what follows.
import Aggregation
import Graphs
import Kernels

enum RulePromise: FindingKind {
    static let code = "rule"
    static let title = "rules"

    static func findings(_ facts: GraphFacts) -> [Finding] {
        facts.subject.rules.map { finding(on: $0, facts).finding }
    }

    /// - Returns: what is to be said, and how near the rule is to where nothing is promised: above 1 it is beyond.
    static func finding(on named: NamedRule, _ facts: GraphFacts) -> (finding: Finding, demand: Double) {
        var checker = Checker(facts, named)
        let checks = named.rule.conditions.map { checker.check($0) }
        let needed = checks.filter { !$0.isEnough }
        let enough = checks.filter(\.isEnough)
        let verdict = verdict(needed, enough, named.rule)
        let alone = checker.everyIgnored().map { all in
            zip(facts.subject.honest, all).filter { facts.subject.topology.degree(of: $0) <= $1 }.map { $0.0 }
        }
        let sentence =
            [reason(verdict, needed, enough), consequence(verdict, needed, enough, named.rule)]
            + [alone.flatMap { loners($0, facts, named.rule) }]
        let demand = max(
            needed.map(\.demand).max() ?? 0, enough.map(\.demand).min() ?? 0)
        return (
            Finding(
                code, severity(needed, enough, facts), verdict: verdict, rule: named.name,
                numbers: [("demand", demand)] + (alone.map { [("alone", Double($0.count))] } ?? []),
                parts: checks.map(\.finding), saying: sentence.compactMap(\.self).joined(separator: "; ")), demand
        )
    }

    private static func verdict(_ needed: [Check], _ enough: [Check], _ rule: any GossipRule) -> Verdict {
        let verdicts = needed.map { $0.finding.verdict }
        if verdicts.contains(.fails) { return .fails }
        if case .isolation = rule.guarantee { return .holds }
        if rule.guarantee == .none { return .holds }
        if enough.contains(where: { $0.finding.verdict == .holds }) { return .holds }
        return enough.isEmpty || enough.contains { $0.finding.verdict == .unknown } ? .unknown : .fails
    }

    /// The conditions that decide: those with numbers first.
    private static func reason(_ verdict: Verdict, _ needed: [Check], _ enough: [Check]) -> String? {
        let broken = needed.filter { $0.finding.verdict == .fails }
        let held = enough.filter { $0.finding.verdict == .holds }
        let deciding = (verdict == .holds && !held.isEmpty ? held : enough) + broken
        return sentences(deciding.isEmpty ? Array(needed.suffix(1)) : deciding)
    }

    private static func sentences(_ checks: [Check]) -> String? {
        checks.isEmpty ? nil : checks.map(\.finding.sentence).joined(separator: "; ")
    }

    private static func consequence(
        _ verdict: Verdict, _ needed: [Check], _ enough: [Check], _ rule: any GossipRule
    ) -> String? {
        switch (verdict, rule.guarantee) {
        case (_, .isolation): "no neighbour has influence, and nodes never agree"
        case (.holds, _): nil
        case (.fails, _): enough.isEmpty ? nil : "nothing is promised"
        case (.unknown, _):
            enough.isEmpty ? "nothing is known that would be enough" : nil
        }
    }

    /// Where the rule minds nobody.
    private static func loners(_ nodes: [NodeID], _ facts: GraphFacts, _ rule: any GossipRule) -> String? {
        // Rules with a scale of their own leave out what is far, and only that.
        guard rule.guarantee != .isolation, rule.symmetries == [.translation, .scale], !nodes.isEmpty else {
            return nil
        }
        return "it returns the node's own model at \(facts.subject.names(nodes))"
    }

    /// What is doubtful where the rule is decided on. Of rules with a condition that is enough, and of runs in which
    /// nobody is hostile, groups that might stay apart are no more than a note: it takes starts that no training has.
    private static func severity(_ needed: [Check], _ enough: [Check], _ facts: GraphFacts) -> Severity {
        guard facts.subject.isDecided, !facts.subject.placement.nodes.isEmpty else { return .note }
        let broken = needed.filter { $0.finding.verdict == .fails }.map(\.finding.code)
        let told = enough.contains { $0.finding.code != "robust" }
        let doubtful = broken.filter { $0 == "noneHostile" || $0 == "robust" && !told }
        let separated = enough.contains { $0.finding.code == "robust" && $0.finding.verdict == .fails }
        return doubtful.isEmpty && !separated ? .note : .warning
    }
}
