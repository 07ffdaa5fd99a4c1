// What shells are offered where a command line names something out of a catalogue.
import Aggregation
import Attacks
import Graphs
import Harness
import Learning
import Platform
import Registry
import Scenario

/// Words out of the catalogues.
enum CatalogWords {
    static let experiments = Completion.named(BuiltInExperiments.all.map { ($0.name, $0.summary) }, or: .files)
    static let sweeps = Completion.named(BuiltInSweeps.all.map { ($0.name, $0.summary) }, or: .files)
    static let packs = Completion.named(PackCatalog.all.map { ($0.name, $0.summary) })
    static let shown = Completion(paths: .files) { typed in
        experiments.candidates(for: typed) + sweeps.candidates(for: typed)
    }
    static let rules = named(RuleCatalog.gossip.descriptions)
    static let preAggregations = named(RuleCatalog.preAggregations.descriptions)
    static let attacks = named(AttackCatalog.all.descriptions)
    static let layouts = named(LayoutCatalog.all.descriptions)
    static let familiesOrFiles = named(TopologyCatalog.all.descriptions, or: .files)

    /// `KEY=VALUE` of an experiment: its keys, and where a key names an entry of a catalogue, the entries.
    static let settings = Completion { typed in
        guard let end = typed.firstIndex(of: "=") else {
            return ExperimentSchema.keys.map { Candidate("\($0.path)=", $0.summary) }
        }
        let key = typed[..<end]
        return (values.first { key == $0.key || key == "\($0.key).kind" }?.entries ?? []).map { entry in
            Candidate("\(key)=\(entry.name)", entry.summary)
        }
    }

    /// Which catalogue the value of a key names an entry of.
    private static let values: [(key: String, entries: [(name: String, summary: String)])] = [
        ("aggregation.rule", entries(RuleCatalog.gossip.descriptions)),
        ("adversary.attack", entries(AttackCatalog.all.descriptions)),
        ("task.dataset", entries(DatasetCatalog.all.descriptions)),
        ("task.split", entries(SplitCatalog.all.descriptions)),
        ("task.model", entries(ModelCatalog.all.descriptions)),
        ("training.stepSize", entries(StepSizeCatalog.all.descriptions)),
        ("topology.family", entries(TopologyCatalog.all.descriptions)),
        ("faults", NamedFaultPlan.all.map { ($0.name, $0.summary) }),
        ("network.transport", Transport.allCases.map { ($0.rawValue, "") }),
    ]

    private static func named(_ types: [any Registered.Type], or paths: Completion.Paths = .none) -> Completion {
        .named(entries(types), or: paths)
    }

    private static func entries(_ types: [any Registered.Type]) -> [(name: String, summary: String)] {
        types.map { ($0.name, $0.summary) }
    }
}
