// Every kind of finding. A new one is one file in Findings/ and one line here.
import Registry

/// One kind of thing that is to be known of a graph.
protocol FindingKind: SendableMetatype {
    /// The code of its findings; stable.
    static var code: String { get }
    /// What stands before them where people read them.
    static var title: String { get }

    /// None where there is nothing to say.
    static func findings(_ facts: GraphFacts) -> [Finding]
}

/// The linter: what is known of a graph and its rules before a run.
public enum Lint {
    static let kinds: [any FindingKind.Type] = [
        NodesAndEdges.self,
        RoundByRound.self,
        HonestParts.self,
        CutPlaces.self,
        LongestPath.self,
        GossipSpeed.self,
        AlgebraicConnectivity.self,
        PlainAverage.self,
        GroupRobustness.self,
        Contamination.self,
        Influence.self,
        RulePromise.self,
    ]

    /// All that is to be said, in the order of the catalogue.
    public static func findings(of subject: LintSubject) -> [Finding] {
        let facts = GraphFacts(subject)
        return kinds.flatMap { $0.findings(facts) }
    }

    /// What is known of the only rule of a subject.
    public static func promise(of subject: LintSubject) -> Finding {
        precondition(subject.rules.count == 1, "one rule")
        return RulePromise.finding(on: subject.rules[0], GraphFacts(subject)).finding
    }

    /// What is doubtful about an experiment, in few words: warnings and errors alone.
    public static func doubts(of subject: LintSubject) -> [Finding] {
        RulePromise.findings(GraphFacts(subject)).filter { $0.severity > .note }
    }
}
